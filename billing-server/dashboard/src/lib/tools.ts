/** A tool's name for people: `search_cases` is "Search cases". Deployments name their tools, so no language has them. */
export function toolName(operation: string): string {
  const words = operation.replace(/[_-]+/g, ' ').trim();
  return words === '' ? operation : words.charAt(0).toUpperCase() + words.slice(1);
}
