"""Write the whole site as files, which a plain web server or an object store can send."""
