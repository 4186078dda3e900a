"""Build the LL(1) table of the SPARQL grammar: one token decides which alternative follows.

Source: SPARQL 1.2 Query Language, section 19.8 (which includes 1.1), and the extensions of the
engine (LATERAL, ADJUST). Where the standard has separate rules for triples with and without paths,
this has only those with paths. Quoted symbols are words or signs; other kinds of tokens are those
of `server.engine.diagnostics.tokens`.
"""

import re
from itertools import count

_NOTATION = r"""
query: prologue ( select | construct | describe | ask ) closing_values end
prologue: declaration*
declaration: 'BASE' iriref | 'PREFIX' ns iriref | 'VERSION' string
select: columns dataset* where modifiers
subselect: columns where modifiers closing_values
columns: 'SELECT' ( 'DISTINCT' | 'REDUCED' )? ( column more_columns | '*' )
more_columns: column*
column: var | '(' expression 'AS' var ')'
construct: 'CONSTRUCT' ( template dataset* where modifiers | dataset* 'WHERE' template modifiers )
describe: 'DESCRIBE' ( var_or_iri var_or_iri* | '*' ) dataset* where? modifiers
ask: 'ASK' dataset* where modifiers
dataset: 'FROM' ( iri | 'NAMED' iri )
where: 'WHERE'? group
modifiers: grouping? having? ordering? slice?
grouping: 'GROUP' 'BY' grouped more_grouped
more_grouped: grouped*
grouped: builtin | call | '(' expression ( 'AS' var )? ')' | var
having: 'HAVING' condition condition*
ordering: 'ORDER' 'BY' ordered more_ordered
more_ordered: ordered*
ordered: ( 'ASC' | 'DESC' ) bracketed | condition | var
slice: 'LIMIT' integer ( 'OFFSET' integer )? | 'OFFSET' integer ( 'LIMIT' integer )?
closing_values: ( 'VALUES' data )?
template: '{' triples? '}'
group: '{' ( subselect | triples? ( pattern '.'? triples? )* ) '}'
triples: triple ( '.' triples? )?
pattern: group ( 'UNION' group )* | 'OPTIONAL' group | 'LATERAL' group | 'MINUS' group
  | 'GRAPH' var_or_iri group | 'SERVICE' 'SILENT'? var_or_iri group | 'FILTER' condition
  | 'BIND' '(' expression 'AS' var ')' | 'VALUES' data
data: var '{' value* '}' | ( nil | '(' var* ')' ) '{' ( '(' value* ')' | nil )* '}'
value: iri | literal | 'UNDEF' | '<<(' value ( iri | 'a' ) value ')>>'
triple: term properties | ( nested | reified ) properties?
properties: verb objects ( ';' ( verb objects )? )*
verb: var | path
objects: object annotation ( ',' object annotation )*
object: term | nested | reified
annotation: ( reifier | '{|' properties '|}' )*
reifier: '~' ( var | iri | blank_node )?
nested: '(' object object* ')' | '[' properties ']'
term: var | iri | literal | blank_node | nil | '<<(' term property term ')>>'
reified: '<<' ( term | reified ) property ( term | reified ) reifier? '>>'
property: var | iri | 'a'
path: sequence more_paths
more_paths: ( '|' sequence )*
sequence: step more_steps
more_steps: ( '/' step )*
step: '^'? ( iri | 'a' | '!' negated | '(' path ')' ) often
often: ( '?' | '*' | '+' )?
negated: one_step | nil | '(' ( one_step ( '|' one_step )* )? ')'
one_step: '^'? ( iri | 'a' )
condition: bracketed | builtin | call
call: iri arguments
arguments: nil | '(' 'DISTINCT'? expression ( ',' expression )* ')'
bracketed: '(' expression ')'
expression: both more_or
more_or: ( '||' both )*
both: compared more_and
more_and: ( '&&' compared )*
compared: sum comparison
comparison: ( ( '=' | '!=' | '<' | '>' | '<=' | '>=' ) sum | 'NOT'? 'IN' list )?
list: nil | '(' expression ( ',' expression )* ')'
sum: product more_terms
more_terms: ( ( '+' | '-' ) product | signed more_factors )*
product: unary more_factors
more_factors: ( times unary )*
times: '*' | '/'
unary: ( '!' | '+' | '-' ) unary | bracketed | builtin | iri arguments? | literal | var
  | '<<(' term ( var | iri | 'a' ) term ')>>'
builtin: aggregate | no_argument nil | 'BNODE' ( nil | bracketed ) | 'BOUND' '(' var ')'
  | one_argument bracketed | two_arguments '(' expression ',' expression ')'
  | ( 'REGEX' | 'SUBSTR' ) '(' expression ',' expression ( ',' expression )? ')'
  | 'REPLACE' '(' expression ',' expression ',' expression ( ',' expression )? ')'
  | ( 'IF' | 'STRLANGDIR' | 'TRIPLE' ) '(' expression ',' expression ',' expression ')'
  | ( 'CONCAT' | 'COALESCE' ) list | 'NOT'? 'EXISTS' group
aggregate: 'COUNT' '(' 'DISTINCT'? ( '*' | expression ) ')'
  | ( 'SUM' | 'MIN' | 'MAX' | 'AVG' | 'SAMPLE' ) '(' 'DISTINCT'? expression ')'
  | 'GROUP_CONCAT' '(' 'DISTINCT'? expression ( ';' 'SEPARATOR' '=' string )? ')'
no_argument: 'RAND' | 'NOW' | 'UUID' | 'STRUUID'
one_argument: 'STR' | 'LANG' | 'DATATYPE' | 'IRI' | 'URI' | 'ABS' | 'CEIL' | 'FLOOR' | 'ROUND'
  | 'STRLEN' | 'UCASE' | 'LCASE' | 'ENCODE_FOR_URI' | 'YEAR' | 'MONTH' | 'DAY' | 'HOURS'
  | 'MINUTES' | 'SECONDS' | 'TIMEZONE' | 'TZ' | 'MD5' | 'SHA1' | 'SHA256' | 'SHA384' | 'SHA512'
  | 'ISIRI' | 'ISURI' | 'ISBLANK' | 'ISLITERAL' | 'ISNUMERIC' | 'ISTRIPLE' | 'LANGDIR' | 'HASLANG'
  | 'HASLANGDIR' | 'SUBJECT' | 'PREDICATE' | 'OBJECT'
two_arguments: 'LANGMATCHES' | 'CONTAINS' | 'STRSTARTS' | 'STRENDS' | 'STRBEFORE' | 'STRAFTER'
  | 'STRLANG' | 'STRDT' | 'SAMETERM' | 'ADJUST'
literal: string ( langtag | '^^' iri )? | integer | number | signed | 'TRUE' | 'FALSE'
iri: iriref | pname | ns
var_or_iri: var | iri
blank_node: blank | anon
"""
_RULE = re.compile(r"^(\w+): ((?:.+\n?(?=  |\Z))*.+)", re.MULTILINE)
_PART = re.compile(r"'[^']+'|\w+|[|()?*+]")
Rules = dict[str, list[tuple[str, ...]]]


def _read_rules() -> Rules:
    """Parse the alternatives of each rule; a group or a repetition becomes a rule of its own."""
    rules: Rules = {}
    numbers = count()

    def add(*alternatives: tuple[str, ...]) -> str:
        name = f"#{next(numbers)}"
        rules[name] = list(alternatives)
        return name

    def read(parts: list[str]) -> list[tuple[str, ...]]:
        alternatives: list[list[str]] = [[]]
        while parts and (part := parts.pop(0)) != ")":
            if part == "|":
                alternatives.append([])
            elif part in ("?", "*"):
                item = alternatives[-1].pop()
                name = add((item,), ())
                rules[name][0] = (item, name) if part == "*" else (item,)
                alternatives[-1].append(name)
            else:
                symbol = add(*read(parts)) if part == "(" else part.strip("'")
                alternatives[-1].append(symbol)
        return [tuple(sequence) for sequence in alternatives]

    for name, notation in _RULE.findall(_NOTATION):
        rules[name] = read(_PART.findall(notation))
    return rules


def _find_empty(rules: Rules) -> frozenset[str]:
    """Return the rules that can match no token at all."""
    empty: set[str] = set()
    grown = True
    while grown:
        larger = {
            name
            for name, alternatives in rules.items()
            if any(empty.issuperset(sequence) for sequence in alternatives)
        }
        grown, empty = larger != empty, larger
    return frozenset(empty)


def _find_first(rules: Rules, empty: frozenset[str]) -> dict[str, set[str]]:
    """Return the kinds of tokens with which each rule may begin."""
    first: dict[str, set[str]] = {name: set() for name in rules}
    grown = True
    while grown:
        before = sum(map(len, first.values()))
        for name, alternatives in rules.items():
            for sequence in alternatives:
                first[name] |= begin(sequence, first, empty)
        grown = sum(map(len, first.values())) > before
    return first


def begin(sequence: tuple[str, ...], first: dict[str, set[str]], empty: frozenset[str]) -> set[str]:
    """Return the kinds of tokens with which a sequence may begin."""
    kinds: set[str] = set()
    for symbol in sequence:
        kinds |= first.get(symbol, {symbol})
        if symbol not in empty:
            break
    return kinds


RULES = _read_rules()
EMPTY = _find_empty(RULES)
FIRST = _find_first(RULES, EMPTY)
# The symbols by which a rule is replaced at a kind of token, the last symbol first.
TABLE = {
    name: {
        kind: sequence[::-1] for sequence in alternatives for kind in begin(sequence, FIRST, EMPTY)
    }
    for name, alternatives in RULES.items()
}
KEYWORDS = frozenset(
    symbol
    for alternatives in RULES.values()
    for sequence in alternatives
    for symbol in sequence
    if symbol.isupper()
)
