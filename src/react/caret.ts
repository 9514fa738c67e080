/** A field that a person types text into. */
export type TextField = HTMLInputElement | HTMLTextAreaElement;

/** Where the caret of one text field is, so that it can be put back: browsers move it to the end when a field's value is set. */
export class Caret {
  #field: TextField | undefined;
  #start: number | null = null;
  #end: number | null = null;

  /** Takes down where the field's caret is. Fields that have none (numbers, addresses) are no trouble. */
  note(field: TextField): void {
    this.#field = field;
    this.#start = field.selectionStart;
    this.#end = field.selectionEnd;
  }

  /** Puts the caret back where it was last noted, if the person is still in the field. */
  restore(): void {
    const field = this.#field;
    if (field === undefined || this.#start === null || field !== field.ownerDocument.activeElement) return;
    if (field.selectionStart !== this.#start || field.selectionEnd !== this.#end)
      field.setSelectionRange(this.#start, this.#end);
  }
}
