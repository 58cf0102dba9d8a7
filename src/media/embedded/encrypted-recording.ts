import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { encodeWav } from '../../audio/wav-writer.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';

/**
 * The file: a header of 32 octets (`NAILREC1`, sample rate u32, channels u8, three zeros, salt 16), then blocks. A block is
 * its length u32 (of the encrypted samples; the highest bit marks the last one), the encrypted 16-bit little-endian samples,
 * and the tag of 16 octets. AES-256-GCM with a key of the file's own, HKDF-SHA-256 of key and salt; the nonce is the block's
 * number, the authenticated data the header and the length: so nothing can be cut, moved or taken from another file unseen.
 * Numbers are big-endian. A file without a last block was cut off; what is before still decrypts.
 */
const magic = Buffer.from('NAILREC1', 'latin1');
const headerBytes = 32;
const tagBytes = 16;
const lastFlag = 0x80000000;
const maxBlockBytes = 16 * 1024 * 1024;

interface RecordingFormat {
  readonly sampleRate: number;
  readonly channels: number;
}

const fileKey = (key: Uint8Array, header: Uint8Array): Buffer => Buffer.from(hkdfSync('sha256', key, header.subarray(16, 32), 'nailup recording', 32));

const nonceOf = (block: number): Buffer => {
  const nonce = Buffer.alloc(12);
  nonce.writeUInt32BE(block, 8);
  return nonce;
};

export class EncryptedRecordingWriter {
  readonly #file: FileHandle;
  readonly #header: Buffer;
  readonly #key: Buffer;
  #blocks = 0;
  #bytes = 0;
  #tail: Promise<void> = Promise.resolve();

  constructor(file: FileHandle, header: Buffer, key: Uint8Array) {
    this.#file = file;
    this.#header = header;
    this.#key = fileKey(key, header);
  }

  /** On an empty file, which it closes. `key`: 32 octets. */
  static async on(file: FileHandle, key: Uint8Array, { sampleRate, channels }: RecordingFormat): Promise<EncryptedRecordingWriter> {
    const header = Buffer.alloc(headerBytes);
    magic.copy(header);
    header.writeUInt32BE(sampleRate, 8);
    header.writeUInt8(channels, 12);
    randomBytes(16).copy(header, 16);
    const writer = new EncryptedRecordingWriter(file, header, key);
    await writer.#append(header);
    return writer;
  }

  get fileBytes(): number {
    return this.#bytes;
  }

  write(samples: Int16Array): Promise<void> {
    return this.#block(Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength), false);
  }

  /** Closes the file even when a write failed; rejects then with that failure. */
  async close(): Promise<void> {
    try {
      await this.#block(Buffer.alloc(0), true);
    } finally {
      await this.#file.close();
    }
  }

  #block(plain: Buffer, last: boolean): Promise<void> {
    const length = Buffer.alloc(4);
    length.writeUInt32BE((plain.length | (last ? lastFlag : 0)) >>> 0);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonceOf(this.#blocks++));
    cipher.setAAD(Buffer.concat([this.#header, length]));
    const encrypted = Buffer.concat([cipher.update(plain), cipher.final()]);
    return this.#append(Buffer.concat([length, encrypted, cipher.getAuthTag()]));
  }

  #append(bytes: Buffer): Promise<void> {
    const at = this.#bytes;
    this.#bytes += bytes.length;
    const done = this.#tail.then(async () => {
      const { bytesWritten } = await this.#file.write(bytes, 0, bytes.length, at);
      if (bytesWritten < bytes.length) throw new Error('the disk is full');
    });
    this.#tail = done;
    this.#tail.catch(() => undefined);
    return done;
  }
}

interface DecryptedRecording {
  readonly wav: Uint8Array;
  /** False: the file was cut off; this is what was whole of it. */
  readonly complete: boolean;
}

/** Decrypts a whole file. The error is one sentence. */
export function decryptRecording(bytes: Buffer, key: Uint8Array): Result<DecryptedRecording, string> {
  if (bytes.length < headerBytes || !bytes.subarray(0, 8).equals(magic)) return fail('it is no encrypted recording');
  const header = bytes.subarray(0, headerBytes);
  const own = fileKey(key, header);
  const parts: Buffer[] = [];
  let complete = false;
  for (let at = headerBytes, block = 0; !complete && at + 4 + tagBytes <= bytes.length; block++) {
    const field = bytes.readUInt32BE(at);
    const size = field & 0x7fffffff;
    if (size > maxBlockBytes) return fail(`block ${block} is damaged`);
    const end = at + 4 + size + tagBytes;
    if (end > bytes.length) break;
    const decipher = createDecipheriv('aes-256-gcm', own, nonceOf(block));
    decipher.setAAD(Buffer.concat([header, bytes.subarray(at, at + 4)]));
    decipher.setAuthTag(bytes.subarray(end - tagBytes, end));
    try {
      parts.push(Buffer.concat([decipher.update(bytes.subarray(at + 4, end - tagBytes)), decipher.final()]));
    } catch {
      return fail(block === 0 ? 'the key is another one, or the file was changed' : `block ${block} was changed`);
    }
    complete = field >= lastFlag;
    at = end;
  }
  const plain = Buffer.concat(parts);
  const samples = new Int16Array(plain.length >> 1);
  for (let i = 0; i < samples.length; i++) samples[i] = plain.readInt16LE(i * 2);
  return ok({ wav: encodeWav({ encoding: 'linear16', sampleRate: header.readUInt32BE(8), channels: header.readUInt8(12) }, samples), complete });
}
