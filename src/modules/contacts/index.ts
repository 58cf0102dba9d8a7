export { contactLists, contactsOf, type Contact, type ContactListSummary } from './contact-lists.ts';
export { DoNotCallList, type DoNotCallEntry } from './do-not-call-list.ts';
export type { MappedField } from './import/columns.ts';
export { parseDelimiter, type Delimiter } from './import/dialect.ts';
export { importContacts, planImport, runImport, type ImportPlan, type ImportRequest, type ImportSummary } from './import/import-contacts.ts';
export type { Encoding } from './import/inspect-file.ts';
export { isCountry, parsePhoneNumber, type CountryCode, type NumberCheck, type PhoneNumber } from './phone-number.ts';
export { zonesOfNumber, type NumberZones } from './time-zones.ts';
