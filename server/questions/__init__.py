"""Hold the saved questions of the site: a query each (`*.rq`), with a head that describes it."""
