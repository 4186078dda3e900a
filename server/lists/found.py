"""Look up in the index what words find, once for a request, ranked as far as a rank tells much."""

from server.lists.database import Tables
from server.lists.words import WEIGHTS, Match

# Things whose rank is computed: it costs more than to find them, and words that more things have
# tell little apart.
MOST_RANKED = 5_000


def find_things(tables: Tables, match: Match, *, kind: str | None, ranked: bool) -> int:
    """Find the things of a kind, or of all, into the table `trouvees`; return how many there are.

    The table has the number of each thing and its rank, the best one the lowest. Of very many
    things those with the words in their names are ranked, up to a limit, and stand before others.
    """
    tables.run("DROP TABLE IF EXISTS temp.trouvees")
    tables.run("CREATE TEMP TABLE trouvees (chose INTEGER PRIMARY KEY, rang REAL NOT NULL)")
    of_kind = (
        """ AND rowid BETWEEN (SELECT premiere FROM sortes WHERE sorte = ?2)
              AND (SELECT derniere FROM sortes WHERE sorte = ?2)"""
        if kind
        else ""
    )
    found = f"FROM recherche WHERE recherche MATCH ?1{of_kind}"
    also = [kind] if kind else []
    number = tables.number(f"SELECT count(*) {found}", (match.anywhere, *also))
    rank = f"bm25(recherche, {WEIGHTS})"
    ranks_all = ranked and number <= MOST_RANKED
    tables.run(
        f"INSERT INTO trouvees SELECT rowid, {rank if ranks_all else 0} {found}",
        (match.anywhere, *also),
    )
    if ranked and not ranks_all:
        tables.run(
            f"INSERT OR REPLACE INTO trouvees SELECT rowid, {rank} {found} LIMIT {MOST_RANKED}",
            (match.in_names, *also),
        )
    tables.run("ANALYZE temp.trouvees")  # without it, SQLite takes the table for a large one
    return number
