/** Copies a text; false where the browser does not let a page do it (plain-http office networks). */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return false
  }
}
