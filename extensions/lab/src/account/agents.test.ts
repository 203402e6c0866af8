import assert from 'node:assert/strict';
import { test } from 'node:test';

import { agentOf } from './agents.js';

test('browsers and systems by name', () => {
  const said: [string, string, string][] = [
    ['Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0', 'Firefox', 'Linux'],
    ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0', 'Edge', 'Windows'],
    ['Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15', 'Safari', 'macOS'],
    ['Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36', 'Chrome', 'Android'],
    ['Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1', 'Safari', 'iPhone'],
    ['python-httpx/0.28', '', ''],
    ['<script>alert(1)</script>', '', '']
  ];
  for (const [text, browser, system] of said) {
    assert.deepEqual([agentOf(text).browser, agentOf(text).system], [browser, system], text);
  }
  assert.equal(agentOf(said[3][0]).phone, true);
  assert.equal(agentOf(said[0][0]).phone, false);
});
