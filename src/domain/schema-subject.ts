/** What `mlbroute schema` has a JSON Schema of; `variables` are those of one file of `group_vars` or `host_vars`. */
export const schemaSubjects = ['inventory', 'variables', 'playbook'] as const;

/** One of them. */
export type SchemaSubject = (typeof schemaSubjects)[number];
