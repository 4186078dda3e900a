"""Name the table of each kind of thing that entries refer to, for its writer and its readers."""

# By the path of the things below id/, which is the name of the column of their keys, too.
CONCEPTS = {
    "categorie": "categories",
    "genre": "genres",
    "portefeuille": "portefeuilles",
    "statut": "statuts",
}
TABLES = {**CONCEPTS, "organisme": "organismes"}
# Of the tables: PRAGMA user_version of the file.
VERSION = 4
