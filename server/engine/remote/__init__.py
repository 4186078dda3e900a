"""Answer questions from a remote SPARQL 1.1 store, which may hold several releases.

reading.py   a query, by our grammar: its form, groups, scopes, datasets
terms.py     IRIs and texts of a query as every store reads them alike
gate.py      what does not leave: updates, SERVICE, functions, what nests too deep
graphs.py    names of graphs: those of a release, and those in the store
rewriting.py a question → the SELECT or ASK that the store is sent
bindings.py  values bound to variables, in a query
templates.py solutions → triples, of CONSTRUCT and DESCRIBE
address.py   the URL of a store and who asks it, by the login of `transform.push`
connections.py, exchange.py  HTTP: connections that can be cut, one request and its answer
breaker.py   when a store is not asked for a while
plain_json.py, answers.py, spooled.py  the store's JSON → the format that was asked for
record.py    whether the store holds a release whole
tasks.py     the questions that run and wait, and their limits of time
opening.py   an engine for a release folder
engine.py    all of it, behind `interface.Engine`
"""
