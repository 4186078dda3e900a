-- Made once the rows are there: an index that is filled row by row is larger and slower to make.

CREATE INDEX inscriptions_annee ON inscriptions (annee);
CREATE INDEX inscriptions_organisme ON inscriptions (organisme, annee, portefeuille);
CREATE INDEX inscriptions_portefeuille ON inscriptions (portefeuille, annee);
CREATE INDEX inscriptions_categorie ON inscriptions (categorie, annee);
CREATE INDEX inscriptions_statut ON inscriptions (statut, annee);
-- All that a list reads of entries to count and to order them, so that no text is read for it.
CREATE INDEX inscriptions_groupe ON inscriptions (groupe, chose, initiative);
CREATE INDEX inscriptions_chose ON inscriptions (chose, groupe, initiative);
CREATE INDEX initiatives_tri ON initiatives (tri);
CREATE INDEX organismes_tri ON organismes (tri);
CREATE INDEX valeurs_propres_champ ON valeurs_propres (champ, valeur);

INSERT INTO sortes SELECT sorte, min(chose), max(chose) FROM choses GROUP BY sorte;

-- How many initiatives and bodies each thing has in each portrait; a portfolio has those of the
-- portfolios that it holds, too.
INSERT INTO nombres
  SELECT 'organisme', organisme, annee, count(*), 1
  FROM inscriptions WHERE organisme IS NOT NULL GROUP BY organisme, annee;
INSERT INTO nombres
  SELECT 'categorie', categorie, annee, count(*), count(DISTINCT organisme)
  FROM inscriptions WHERE categorie IS NOT NULL GROUP BY categorie, annee;
INSERT INTO nombres
  SELECT 'statut', statut, annee, count(*), count(DISTINCT organisme)
  FROM inscriptions WHERE statut IS NOT NULL GROUP BY statut, annee;
INSERT INTO nombres
  SELECT 'portefeuille', cle, annee, count(*), count(DISTINCT organisme) FROM (
    SELECT portefeuille AS cle, annee, organisme FROM inscriptions
    UNION ALL
    SELECT p.ensemble, i.annee, i.organisme
    FROM inscriptions i JOIN portefeuilles p USING (portefeuille)
  ) WHERE cle IS NOT NULL GROUP BY cle, annee;
UPDATE categories SET initiatives = coalesce((
  SELECT count(DISTINCT initiative) FROM inscriptions i
  WHERE i.categorie = categories.categorie), 0);
UPDATE statuts SET initiatives = coalesce((
  SELECT count(DISTINCT initiative) FROM inscriptions i WHERE i.statut = statuts.statut), 0);
UPDATE portefeuilles SET initiatives = coalesce((
  SELECT count(DISTINCT initiative) FROM inscriptions i JOIN portefeuilles p USING (portefeuille)
  WHERE portefeuilles.portefeuille IN (i.portefeuille, p.ensemble)), 0);
INSERT INTO recherche (recherche) VALUES ('optimize');
INSERT INTO amorces (amorces) VALUES ('optimize');
ANALYZE;
