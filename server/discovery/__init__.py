"""Answer with what leads to the data: home page, catalogue, dumps, feed, sitemap."""
