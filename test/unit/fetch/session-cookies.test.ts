import { SessionCookies } from '../../../src/fetch/session-cookies.ts';

describe('session-cookies', () => {
  it('sends a cookie back to its host, path and scheme only', () => {
    const cookies = new SessionCookies(() => 0);
    cookies.store('http://app.example.com/ivr/start', ['JSESSIONID=abc; Path=/ivr', 'lang=en', 'wide=1; Domain=example.com; Path=/', 'evil=1; Domain=other.com', 'top=1; Domain=com', 'safe=1; Secure', 'nonsense']);
    expect(cookies.header('http://app.example.com/ivr/next')).toBe('JSESSIONID=abc; lang=en; wide=1');
    expect(cookies.header('http://app.example.com/ivrother')).toBe('wide=1');
    expect(cookies.header('http://www.example.com/ivr/')).toBe('wide=1');
    expect(cookies.header('http://badexample.com/')).toBeUndefined();
  });

  it('replaces, expires and bounds', () => {
    let now = 1_000_000;
    const cookies = new SessionCookies(() => now);
    cookies.store('https://h/', ['a=1; Max-Age=10', 'b=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT', 's=1; Secure']);
    cookies.store('https://h/', ['a=2; Max-Age=10']);
    expect(cookies.header('https://h/x')).toBe('s=1; a=2'.split('; ').reverse().join('; '));
    expect(cookies.header('http://h/x')).toBe('a=2');
    now += 11_000;
    expect(cookies.header('http://h/x')).toBeUndefined();
    cookies.store('http://h/', Array.from({ length: 500 }, (_, i) => `c${i}=x`));
    expect(cookies.header('http://h/')?.split('; ').length).toBeLessThanOrEqual(100);
    cookies.store('http://h/', [`huge=${'x'.repeat(10_000)}`]);
    expect(cookies.header('http://h/')).not.toContain('huge');
  });
});
