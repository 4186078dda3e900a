-- The tables of portraits.sqlite; docs/tables.md describes them for readers.
-- A year is of four digits; keys are the last part of a URI; a date is in ISO 8601.

-- VERSION of thing_tables.py: whoever reads the tables looks at it first.
PRAGMA user_version = 4;
CREATE TABLE portraits (
  annee INTEGER PRIMARY KEY,
  uri TEXT NOT NULL UNIQUE,
  titre TEXT NOT NULL,
  description TEXT NOT NULL,
  inscriptions INTEGER NOT NULL,
  source TEXT NOT NULL
);
CREATE TABLE categories (
  categorie TEXT PRIMARY KEY,
  uri TEXT NOT NULL UNIQUE,
  nom TEXT NOT NULL,
  tri TEXT NOT NULL,
  initiatives INTEGER NOT NULL
);
CREATE TABLE genres (genre TEXT PRIMARY KEY, uri TEXT NOT NULL UNIQUE, nom TEXT NOT NULL);
CREATE TABLE statuts (
  statut TEXT PRIMARY KEY,
  uri TEXT NOT NULL UNIQUE,
  nom TEXT NOT NULL,
  tri TEXT NOT NULL,
  initiatives INTEGER NOT NULL
);
CREATE TABLE portefeuilles (
  portefeuille TEXT PRIMARY KEY,
  uri TEXT NOT NULL UNIQUE,
  nom TEXT NOT NULL,
  tri TEXT NOT NULL,
  initiatives INTEGER NOT NULL,
  ensemble TEXT REFERENCES portefeuilles DEFERRABLE INITIALLY DEFERRED
);
CREATE TABLE organismes (
  organisme TEXT PRIMARY KEY,
  uri TEXT NOT NULL UNIQUE,
  nom TEXT NOT NULL,
  tri TEXT NOT NULL,
  genre TEXT REFERENCES genres,
  revise INTEGER NOT NULL,
  site TEXT,
  initiatives INTEGER NOT NULL,
  premiere_annee INTEGER NOT NULL REFERENCES portraits,
  derniere_annee INTEGER NOT NULL REFERENCES portraits
);
CREATE TABLE initiatives (
  initiative TEXT PRIMARY KEY,
  uri TEXT NOT NULL UNIQUE,
  nom TEXT NOT NULL,
  tri TEXT NOT NULL,
  premiere_annee INTEGER NOT NULL REFERENCES portraits,
  derniere_annee INTEGER NOT NULL REFERENCES portraits
);
-- What facets tell entries apart by, and how many entries have it.
CREATE TABLE groupes (
  groupe INTEGER PRIMARY KEY,
  annee INTEGER NOT NULL REFERENCES portraits,
  organisme TEXT REFERENCES organismes,
  portefeuille TEXT REFERENCES portefeuilles,
  categorie TEXT REFERENCES categories,
  statut TEXT REFERENCES statuts,
  derniere INTEGER NOT NULL,
  presence TEXT NOT NULL,
  inscriptions INTEGER NOT NULL
);
CREATE TABLE inscriptions (
  initiative TEXT NOT NULL REFERENCES initiatives,
  annee INTEGER NOT NULL REFERENCES portraits,
  uri TEXT NOT NULL UNIQUE,
  nom TEXT NOT NULL,
  organisme TEXT REFERENCES organismes,
  portefeuille TEXT REFERENCES portefeuilles,
  categorie TEXT REFERENCES categories,
  statut TEXT REFERENCES statuts,
  benefices TEXT,
  identifiant TEXT,
  description TEXT,
  page TEXT,
  date_declaration TEXT,
  date_mise_en_service TEXT,
  date_retrait TEXT,
  date_statut TEXT,
  code TEXT,
  contact TEXT,
  derniere INTEGER NOT NULL,
  presence TEXT NOT NULL CHECK (presence IN ('nouvelle', 'poursuivie', 'absente')),
  organisme_tel_qu_ecrit TEXT NOT NULL,
  portefeuille_tel_qu_ecrit TEXT NOT NULL,
  categorie_telle_qu_ecrite TEXT NOT NULL,
  statut_tel_qu_ecrit TEXT NOT NULL,
  ligne INTEGER NOT NULL,
  source TEXT NOT NULL,
  groupe INTEGER NOT NULL REFERENCES groupes DEFERRABLE INITIALLY DEFERRED,
  chose INTEGER NOT NULL REFERENCES choses DEFERRABLE INITIALLY DEFERRED,
  PRIMARY KEY (initiative, annee)
);
-- What entries say in the other languages of the register, if it has several.
CREATE TABLE traductions (
  initiative TEXT NOT NULL,
  annee INTEGER NOT NULL,
  champ TEXT NOT NULL,
  langue TEXT NOT NULL,
  texte TEXT NOT NULL,
  PRIMARY KEY (initiative, annee, champ, langue),
  FOREIGN KEY (initiative, annee) REFERENCES inscriptions
) WITHOUT ROWID;
CREATE TABLE champs_propres (
  champ TEXT PRIMARY KEY,
  uri TEXT NOT NULL UNIQUE,
  nom TEXT NOT NULL,
  etendue TEXT NOT NULL
);
CREATE TABLE listes_propres (
  champ TEXT NOT NULL REFERENCES champs_propres,
  valeur TEXT NOT NULL,
  uri TEXT NOT NULL UNIQUE,
  nom TEXT NOT NULL,
  PRIMARY KEY (champ, valeur)
) WITHOUT ROWID;
CREATE TABLE valeurs_propres (
  initiative TEXT NOT NULL,
  annee INTEGER NOT NULL,
  champ TEXT NOT NULL REFERENCES champs_propres,
  valeur TEXT NOT NULL,
  langue TEXT NOT NULL,
  PRIMARY KEY (initiative, annee, champ, langue, valeur),
  FOREIGN KEY (initiative, annee) REFERENCES inscriptions
) WITHOUT ROWID;
CREATE TABLE nombres (
  sorte TEXT NOT NULL,
  cle TEXT NOT NULL,
  annee INTEGER NOT NULL REFERENCES portraits,
  initiatives INTEGER NOT NULL,
  organismes INTEGER NOT NULL,
  PRIMARY KEY (sorte, cle, annee)
) WITHOUT ROWID;
CREATE TABLE decisions (
  decision TEXT PRIMARY KEY,
  uri TEXT NOT NULL UNIQUE,
  regle TEXT NOT NULL,
  conclusion TEXT NOT NULL,
  sujet TEXT NOT NULL,
  objet TEXT NOT NULL,
  auteur TEXT NOT NULL,
  date TEXT NOT NULL,
  confiance TEXT NOT NULL,
  preuve TEXT NOT NULL
);
CREATE TABLE libelles (
  uri TEXT NOT NULL,
  sorte TEXT NOT NULL CHECK (sorte IN ('principal', 'autre', 'cache', 'definition')),
  langue TEXT NOT NULL,
  texte TEXT NOT NULL,
  PRIMARY KEY (uri, sorte, langue, texte)
) WITHOUT ROWID;
CREATE VIEW inscriptions_lisibles AS
  SELECT i.annee, i.nom, o.nom AS organisme, p.nom AS portefeuille, c.nom AS categorie,
    s.nom AS statut, i.benefices, i.uri
  FROM inscriptions i
  LEFT JOIN organismes o USING (organisme)
  LEFT JOIN portefeuilles p USING (portefeuille)
  LEFT JOIN categories c USING (categorie)
  LEFT JOIN statuts s USING (statut);
CREATE TABLE choses (
  chose INTEGER PRIMARY KEY,
  sorte TEXT NOT NULL,
  cle TEXT NOT NULL,
  uri TEXT NOT NULL,
  nom TEXT NOT NULL
);
-- The things of one kind are numbered on end.
CREATE TABLE sortes (
  sorte TEXT PRIMARY KEY,
  premiere INTEGER NOT NULL REFERENCES choses,
  derniere INTEGER NOT NULL REFERENCES choses
) WITHOUT ROWID;
CREATE TABLE mots (mot TEXT PRIMARY KEY, nombre INTEGER NOT NULL) WITHOUT ROWID;
CREATE VIRTUAL TABLE recherche USING fts5(
  nom, texte, contexte, content='', tokenize="unicode61 remove_diacritics 0"
);
CREATE VIRTUAL TABLE amorces USING fts5(
  nom, content='', prefix='2 3', detail=none, columnsize=0, tokenize="unicode61 remove_diacritics 0"
);
