const name = String.raw`([\w.-]+)`;

/** How Jinja says something, and how it is said here; `$1` and so on are the groups of the pattern. */
const habits: readonly (readonly [RegExp, string])[] = [
  [new RegExp(String.raw`^${name}\s*\|\s*(?:default|d)\(\s*'([^']*)'.*\)$`), 'write {{ default $1 "$2" }}'],
  [new RegExp(String.raw`^${name}\s*\|\s*(?:default|d)\(\s*("[^"]*"|[\w.-]+).*\)$`), 'write {{ default $1 $2 }}'],
  [new RegExp(String.raw`^${name}\s*\|\s*mandatory\b`), 'write {{ required $1 "why it is needed" }}'],
  [new RegExp(String.raw`^${name}\s*\|\s*join\(\s*['"]([^'"]*)['"]\s*\)$`), 'write {{ join $1 "$2" }}'],
  [new RegExp(String.raw`^${name}\s*\|\s*(?:to_json|to_nice_json|tojson)\b`), 'write {{ json $1 }}'],
  [
    new RegExp(
      String.raw`^${name}\s*\|\s*(?:ansible\.utils\.)?(?:ipaddr|ipv4|ipv6)\(\s*['"](address|network|prefix)['"]\s*\)$`,
    ),
    'write {{ $2 $1 }}',
  ],
  [
    new RegExp(String.raw`^${name}\s*\|\s*(?:int|string|bool|trim|lower|upper)$`),
    'Jinja filters are not supported: write {{ $1 }}, and set the variable as it is needed',
  ],
  [
    new RegExp(String.raw`^${name}\s*\|`),
    'Jinja filters are not supported: write {{ $1 }}, or a helper, see docs/inventory.md',
  ],
  [/^hostvars\b/, 'other hosts cannot be looked at: set the value in a group that both hosts are in'],
  [/^(?:lookup|query|q)\b/, 'lookups are not supported: give the value with -e NAME=VALUE or -e @FILE'],
  [/^.*\bif\b.*\belse\b/, 'conditions are not supported: set the variable for the hosts it differs on'],
  [new RegExp(String.raw`^${name}\s*\[\s*(\d+)\s*\]$`), 'write {{ $1.[$2] }}'],
  [new RegExp(String.raw`^${name}\s*\[\s*["']?([\w-]+)["']?\s*\]$`), 'write {{ $1.$2 }}'],
];

/** What to write instead of an expression of Jinja, or null where it is none that people are known to use. */
export function hintForJinja(expression: string): string | null {
  const text = expression.trim();
  const [pattern, way] = habits.find(([each]) => each.test(text)) ?? [];
  return pattern === undefined || way === undefined ? null : text.replace(new RegExp(`${pattern.source}.*$`, 's'), way);
}
