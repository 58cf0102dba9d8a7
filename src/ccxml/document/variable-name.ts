/** A variable name, or a path of names such as `application.campaign` (CCXML 1.0 §8.2). */
export function isVariableName(text: string): boolean {
  return /^[\p{L}_$][\p{L}\p{N}_$]*(\.[\p{L}_$][\p{L}\p{N}_$]*)*$/u.test(text.trim());
}
