-- Made once the rows are there: an index that is filled row by row is larger and slower to make.

CREATE INDEX inscriptions_annee ON inscriptions (annee);
CREATE INDEX inscriptions_organisme ON inscriptions (organisme);
CREATE INDEX inscriptions_portefeuille ON inscriptions (portefeuille);
CREATE INDEX inscriptions_categorie ON inscriptions (categorie);
CREATE INDEX inscriptions_statut ON inscriptions (statut);
CREATE INDEX initiatives_tri ON initiatives (tri);
CREATE INDEX organismes_tri ON organismes (tri);
CREATE INDEX choses_sorte ON choses (sorte, cle);
INSERT INTO recherche (recherche) VALUES ('optimize');
INSERT INTO amorces (amorces) VALUES ('optimize');
ANALYZE;
