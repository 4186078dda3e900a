// Write a query as a command or a program that asks it.

/** Return the name and the text of each program that asks a query at an address. */
export function writePrograms(address, query) {
  const type = isOfGraph(query) ? "text/turtle" : "text/csv";
  return [
    ["curl", curl(address, query, type)],
    ["Python", python(address, query, type)],
    ["R", r(address, query, type)],
  ];
}

function curl(address, query, type) {
  return `curl ${quote(address)} -H 'Accept: ${type}' --data-urlencode ${quote(`query=${query}`)}`;
}

function python(address, query, type) {
  const plain = !/\\|"""|"$/.test(query);
  const text = plain ? `"""${query}"""` : JSON.stringify(query);
  const table = type === "text/csv";
  return [
    `${table ? "import csv\nimport io\n" : ""}import urllib.parse`,
    "import urllib.request",
    "",
    `query = ${text}`,
    `body = urllib.parse.urlencode({"query": query}).encode()`,
    `request = urllib.request.Request(${JSON.stringify(address)}, body, {"Accept": "${type}"})`,
    "with urllib.request.urlopen(request) as reply:",
    `    answer = reply.read().decode("utf-8")`,
    table ? "for row in csv.reader(io.StringIO(answer, newline=\"\")):\n    print(row)" : "print(answer)",
  ].join("\n");
}

function r(address, query, type) {
  const text = query.includes(')---"') ? JSON.stringify(query) : `r"---(${query})---"`;
  const format = type === "text/csv" ? "csv" : "ttl";
  const read = format === "csv" ? 'read.csv(address, encoding = "UTF-8")' : 'readLines(address, encoding = "UTF-8")';
  return [
    `query <- ${text}`,
    `address <- paste0(${JSON.stringify(`${address}?format=${format}&query=`)}, URLencode(query, reserved = TRUE))`,
    `answer <- ${read}`,
    "print(answer)",
  ].join("\n");
}

/** Quote a text for a shell. */
function quote(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Tell by the first of its forms that a query names whether its answer is a graph. */
export function isOfGraph(query) {
  const bare = query.replace(/<[^<>"{}|^`\\\s]*>|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|#.*|[?$]\w+|\w*:\w*/g, " ");
  return /^(CONSTRUCT|DESCRIBE)$/i.test(/\b(SELECT|ASK|CONSTRUCT|DESCRIBE)\b/i.exec(bare)?.[0] ?? "");
}
