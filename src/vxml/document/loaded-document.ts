import type { VxmlDocument } from './vxml-document.ts';

/** A document with the application root it names, both fetched and valid: ready to be entered. */
export interface LoadedDocument {
  readonly document: VxmlDocument;
  /** Its root document; absent when it is a root itself. */
  readonly root: VxmlDocument | undefined;
}
