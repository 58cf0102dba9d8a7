import { join } from 'node:path';
import { architectureSvg, codeFolders, drawnPaths } from '../../../docs/draw-architecture.ts';
import { packageRoot } from '../../../src/kernel/package-root.ts';
import { page } from './source-text.ts';

describe('docs/architecture.svg', () => {
  const folders = codeFolders(join(packageRoot(), 'src'));

  it('has a place for every folder of src', () => {
    expect(folders.filter((folder) => folder !== 'wiring/' && !drawnPaths.includes(folder))).toEqual([]);
  });

  it('has no place for a folder that is not there', () => {
    expect(drawnPaths.filter((path) => !folders.includes(path))).toEqual([]);
  });

  it('is what its script draws', () => {
    expect(page('docs/architecture.svg')).toBe(architectureSvg());
  });
});
