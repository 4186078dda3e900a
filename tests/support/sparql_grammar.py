"""Generate SPARQL queries from the grammar: mostly valid, some broken on purpose."""

from hypothesis import strategies as st

# SPARQL, production by production; `max_leaves` bounds the depth.
names = st.sampled_from(["s", "p", "o", "x", "y", "été", "service", "from", "_1"])
variables = names.map(lambda name: f"?{name}") | names.map(lambda name: f"${name}")
iris = st.sampled_from(
    ["<a:a>", "<id/portrait/2025>", "<def#Inscription>", "a:b", ":", "a:", "a:%41", "a:b\\-c",
     "a:é", "<http://é/?x=1#y>", "<\\u0061:b>", "rdf:type", "<>", "<#x>", "_:b", "nul:part"]
)  # fmt: skip
literals = st.sampled_from(
    ["1", "-1", "1.5", ".5", "1e3", "+1E-3", "true", "'a'", '"é"', "'a'@fr", "'a'@en-CA",
     "'a'@he--rtl", "'1'^^xsd:integer", '"""a"b\n"""', "'''\\t\\n\\r\\\\'''",
     "'\\u00e9\\U0001F600'", "''", "'\x01'", "'SERVICE'", "99999999999999999999999",
     "'2024-02-30'^^xsd:date", "'x'^^<a:t>"]
)  # fmt: skip
terms = variables | iris | literals
COMPARE = ["=", "!=", "<", ">", "<=", ">=", "+", "-", "*", "/", "&&", "||"]
ONE = ["STR", "LANG", "DATATYPE", "BOUND", "IRI", "ABS", "CEIL", "FLOOR", "ROUND", "STRLEN",
       "UCASE", "ENCODE_FOR_URI", "YEAR", "MONTH", "TIMEZONE", "TZ", "MD5", "SHA512", "isIRI",
       "isBlank", "isNumeric", "xsd:integer", "xsd:dateTime", "BNODE", "LANGDIR", "isTRIPLE",
       "SUBJECT", "a:unknown", "hasLANG"]  # fmt: skip
TWO = ["CONTAINS", "STRSTARTS", "STRAFTER", "REGEX", "LANGMATCHES", "STRDT", "STRLANG",
       "sameTerm", "COALESCE", "CONCAT"]  # fmt: skip
NONE = ["NOW()", "RAND()", "UUID()", "STRUUID()", "BNODE()"]
THREE = ["IF", "REPLACE", "SUBSTR", "TRIPLE", "STRLANGDIR"]


def grow(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from(COMPARE), inner),
        st.builds("{}({})".format, st.sampled_from(ONE), inner),
        st.builds("{}({}, {})".format, st.sampled_from(TWO), inner, inner),
        st.builds("{}({}, {}, {})".format, st.sampled_from(THREE), inner, inner, inner),
        st.builds("!{}".format, inner),
        st.builds(
            "({} {} ({}, {}))".format, inner, st.sampled_from(["IN", "NOT IN"]), inner, inner
        ),
        st.builds("<<( {} {} {} )>>".format, terms, iris, terms),
    )


expressions = st.recursive(variables | literals | iris | st.sampled_from(NONE), grow, max_leaves=6)
paths = st.recursive(
    iris | st.sampled_from(["a", "!a", "!(a|^a)", "!<a:a>"]),
    lambda inner: st.one_of(
        st.builds("({}/{})".format, inner, inner),
        st.builds("({}|{})".format, inner, inner),
        st.builds("^({})".format, inner),
        st.builds("({}){}".format, inner, st.sampled_from(["*", "+", "?"])),
    ),
    max_leaves=4,
)
objects = st.one_of(
    terms,
    st.builds("{}, {}".format, terms, terms),
    st.builds("[ {} {} ]".format, iris, terms),
    st.builds("({} {})".format, terms, terms),
    st.builds("{} ~ {} {{| {} {} |}}".format, terms, variables, iris, terms),
)
triples = st.builds("{} {} {} .".format, terms, variables | paths, objects) | st.builds(
    "{} {} {} ; {} {} .".format, terms, iris, terms, variables, objects
)
values = st.one_of(
    st.builds("VALUES {} {{ {} {} UNDEF }}".format, variables, iris, literals),
    st.builds("VALUES ({} ?z) {{ ({} {}) (UNDEF 1) }}".format, variables, literals, iris),
    st.just("VALUES () { () () }"),
)


def group(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    braced = inner.map(lambda pattern: f"{{ {pattern} }}")
    return st.one_of(
        st.builds("{} {}".format, inner, inner),
        st.builds("{} {}".format, st.sampled_from(["", "OPTIONAL", "MINUS", "GRAPH ?g"]), braced),
        st.builds("GRAPH {} {}".format, iris, braced),
        st.builds("{} UNION {}".format, braced, braced),
        st.builds("FILTER {} {}".format, st.sampled_from(["EXISTS", "NOT EXISTS"]), braced),
        st.builds("{{ SELECT {} WHERE {} {} }}".format, projections, braced, modifiers),
        st.builds("{} SERVICE SILENT <http://127.0.0.1:9/> {}".format, inner, braced),
    )


aggregates = st.builds(
    "{}({}{})".format,
    st.sampled_from(["COUNT", "SUM", "AVG", "MIN", "MAX", "SAMPLE", "GROUP_CONCAT"]),
    st.sampled_from(["", "DISTINCT "]),
    expressions,
) | st.sampled_from(["COUNT(*)", "GROUP_CONCAT(?o; SEPARATOR=', ')"])
projections = st.one_of(
    st.just("*"),
    st.lists(variables, min_size=1, max_size=3).map(" ".join),
    st.builds("({} AS ?v)".format, expressions),
    st.builds("({} AS ?v)".format, aggregates),
    st.builds("DISTINCT {}".format, variables),
    st.builds("REDUCED {} ({} AS ?w)".format, variables, aggregates),
)
modifiers = st.one_of(
    st.just(""),
    st.builds("LIMIT {}".format, st.sampled_from(["0", "5", "-1", "99999999999999999999"])),
    st.builds("ORDER BY {} {} OFFSET 1".format, st.sampled_from(["ASC", "DESC"]), variables),
    st.builds("GROUP BY {}".format, variables),
    st.builds("GROUP BY ({} AS ?k) HAVING ({} > 1)".format, expressions, aggregates),
    values,
)
patterns = st.recursive(
    st.one_of(
        triples,
        triples,
        st.builds("FILTER({})".format, expressions),
        st.builds("BIND({} AS ?new)".format, expressions),
        values,
    ),
    group,
    max_leaves=5,
)
prologues = st.sampled_from(
    ["PREFIX a: <a:> PREFIX : <b:> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> ",
     "PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>\n"] * 6
    + ["", 'VERSION "1.2" ', "BASE <http://b/>", "# é\n", "\ufeff"]
)  # fmt: skip
froms = st.sampled_from(
    ["", "", "", "FROM <graph/2024>", "FROM NAMED <graph/2025>", "FROM <http://x/>"]
)
templates = st.builds("{} {} {} .".format, terms, variables | iris, terms)
valid = st.one_of(
    st.builds(
        "{}SELECT {} {} WHERE {{ {} }} {}".format,
        prologues,
        projections,
        froms,
        patterns,
        modifiers,
    ),
    st.builds("{}ASK {} {{ {} }}".format, prologues, froms, patterns),
    st.builds(
        "{}CONSTRUCT {{ {} }} {} WHERE {{ {} }}".format, prologues, templates, froms, patterns
    ),
    st.builds("{}DESCRIBE {} {} WHERE {{ {} }}".format, prologues, variables, froms, patterns),
    st.builds("{}DESCRIBE {}".format, prologues, iris),
    st.sampled_from(["INSERT DATA { <a:a> <a:b> 1 }", "CLEAR ALL", "LOAD <http://127.0.0.1:9/>"]),
)
noise = st.sampled_from(["{", "}", "(", ")", "'", '"', "<", ">", "#", "\\", "\x00", "\ud7ff",
                         ".", "SERVICE", "SELECT", "\\u0053", "\\uD800", "?", "é", "^^", "@",
                         "<<", "|}"])  # fmt: skip


@st.composite
def broken(draw: st.DrawFn) -> str:
    """Generate a valid query with a piece cut out, doubled or put in."""
    query: str = draw(valid)
    begin: int = draw(st.integers(0, len(query)))
    end: int = draw(st.integers(begin, min(len(query), begin + 9)))
    piece: str = draw(noise | st.just("") | st.just(query[begin:end] * 2))
    return query[:begin] + piece + query[end:]
