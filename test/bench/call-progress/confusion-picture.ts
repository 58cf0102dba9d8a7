/** An SVG of a confusion table: rows the truth, columns what was told, each row's shares as shades; green where right. */
export function confusionPicture(rows: readonly string[], columns: readonly string[], cell: (row: string, column: string) => number, expected: ReadonlyMap<string, string>): string {
  const size = 44;
  const left = 160;
  const top = 150;
  const out: string[] = [];
  columns.forEach((column, c) => {
    const x = left + c * size + size / 2;
    out.push(`<text x="${x}" y="${top - 8}" transform="rotate(-50 ${x} ${top - 8})">${column}</text>`);
  });
  rows.forEach((row, r) => {
    const y = top + r * size;
    const total = columns.reduce((sum, column) => sum + cell(row, column), 0);
    out.push(`<text x="${left - 8}" y="${y + size / 2 + 4}" text-anchor="end">${row}</text>`);
    columns.forEach((column, c) => {
      const count = cell(row, column);
      const part = total === 0 ? 0 : count / total;
      const colour = expected.get(row) === column ? '46,125,50' : '198,40,40';
      const x = left + c * size;
      out.push(`<rect x="${x}" y="${y}" width="${size - 2}" height="${size - 2}" fill="rgba(${colour},${count === 0 ? 0.04 : (0.15 + 0.85 * part).toFixed(2)})"/>`);
      if (count > 0) out.push(`<text x="${x + size / 2 - 1}" y="${y + size / 2 + 4}" text-anchor="middle" fill="${part > 0.5 ? '#fff' : '#222'}">${count}</text>`);
    });
  });
  const width = left + columns.length * size + 90;
  const height = top + rows.length * size + 10;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" font-size="12" fill="#222">\n<rect width="${width}" height="${height}" fill="#fff"/>\n${out.join('\n')}\n</svg>\n`;
}
