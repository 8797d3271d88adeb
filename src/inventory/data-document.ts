import { looksLikeJson, readJson } from './json-document.ts';
import { readYaml, type YamlDocument } from './yaml-document.ts';

/** Reads a text of YAML or JSON as Ansible does: as JSON where it is JSON, else as YAML. */
export function readData(text: string, file: string): YamlDocument {
  if (!looksLikeJson(text)) return readYaml(text, file);
  const json = readJson(text, file);
  return json.tree === null ? readYaml(text, file) : json;
}
