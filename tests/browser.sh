#!/bin/sh
# Make sure that there is a browser for tests/serving/test_page.py; it looks in the same places.
cd "$(dirname "$0")/.." || exit 1

for name in chromium chromium-browser google-chrome google-chrome-stable; do
  command -v "$name" >/dev/null && exit 0
done

python=.venv/bin/python
[ -x "$python" ] || python=python3
here='from playwright.sync_api import sync_playwright as start
with start() as p: print(p.chromium.executable_path)'
[ -x "$("$python" -c "$here" 2>/dev/null)" ] && exit 0

if command -v apt-get >/dev/null; then
  if [ "$(id -u)" = 0 ]; then root=; else root="sudo -n"; fi
  $root apt-get install -y chromium >/dev/null 2>&1 && exit 0
  $root apt-get update >/dev/null 2>&1 && $root apt-get install -y chromium && exit 0
fi
"$python" -m playwright install chromium >/dev/null 2>&1 && exit 0

echo "tests/browser.sh: no browser for the page's tests. Install Chromium or Chrome by hand," \
  "so that \`chromium\` or \`google-chrome\` is on the PATH, and run this again." >&2
exit 1
