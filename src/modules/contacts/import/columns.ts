import { NailupError } from '../../../kernel/nailup-error.ts';

/** What a column of the file is. */
export interface Columns {
  readonly names: readonly string[];
  readonly phone: number;
  readonly country: number | undefined;
  readonly timeZone: number | undefined;
}

export type MappedField = 'phone' | 'country' | 'timezone';

const known: Readonly<Record<MappedField, readonly string[]>> = {
  phone: [
    'phone', 'phonenumber', 'phoneno', 'telephone', 'telephonenumber', 'tel', 'telno', 'telefon', 'telefonnummer', 'telefonnr', 'rufnummer', 'mobile', 'mobilephone', 'mobilenumber', 'mobil',
    'mobilnummer', 'handy', 'handynummer', 'cell', 'cellphone', 'cellnumber', 'msisdn', 'phone1', 'telefono', 'telefone', 'movil', 'celular', 'numerotelefono', 'numerodetelefono', 'telephone1',
    'numerodetelephone', 'portable', 'cellulare', 'e164', 'callee', 'dnis', 'contactnumber', 'homephone', 'workphone',
  ],
  country: ['country', 'countrycode', 'land', 'laendercode', 'iso2', 'pais', 'pays', 'paese'],
  timezone: ['timezone', 'tz', 'zeitzone', 'zonahoraria', 'fuseauhoraire'],
};

/**
 * Finds the columns by what the caller maps, else by their usual names.
 * @throws NailupError CONTACTS_NO_PHONE_COLUMN, CONTACTS_MAP, CONTACTS_HEADER
 */
export function mapColumns(file: string, header: readonly string[], mapped: Readonly<Partial<Record<MappedField, string>>>): Columns {
  const names = header.map((name, index) => (name.trim() === '' ? `column_${index + 1}` : name.trim()));
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new NailupError('CONTACTS_HEADER', `two columns are named "${twice}"`, { place: `${file}:1`, mend: 'Give each column a name of its own.' });
  const phone = find(file, names, mapped, 'phone');
  if (phone === undefined) {
    throw new NailupError('CONTACTS_NO_PHONE_COLUMN', `no phone column; the columns are ${names.map((name) => `"${name}"`).join(', ')}`, {
      place: `${file}:1`,
      mend: 'Name it with --map phone=COLUMN. A file without a header line needs one; a wrong delimiter can be set with --delimiter.',
    });
  }
  return { names, phone, country: find(file, names, mapped, 'country'), timeZone: find(file, names, mapped, 'timezone') };
}

function find(file: string, names: readonly string[], mapped: Readonly<Partial<Record<MappedField, string>>>, field: MappedField): number | undefined {
  const wanted = mapped[field];
  if (wanted !== undefined) {
    const index = names.findIndex((name) => name === wanted.trim() || plain(name) === plain(wanted));
    if (index < 0) throw new NailupError('CONTACTS_MAP', `there is no column "${wanted}"; the columns are ${names.map((name) => `"${name}"`).join(', ')}`, { place: `${file}:1`, mend: `Correct --map ${field}=…` });
    return index;
  }
  for (const word of known[field]) {
    const index = names.findIndex((name) => plain(name) === word);
    if (index >= 0) return index;
  }
  return undefined;
}

/** `Télé-phone No.` → `telephoneno`. */
function plain(name: string): string {
  return name.normalize('NFD').replace(/[\u0300-\u036f]/g, '').toLowerCase().replace(/[^a-z0-9]/g, '');
}
