#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""dashboard.py FILE: asks a real Prometheus each question of the Grafana dashboard.

FILE is what `ringway metrics` printed on the lab's host, several times, with a line "# at SECONDS" before each
(out/lab/results/KERNEL/metrics.prom, from the scenario "verbs"). The server gets it as a past of its own, listens
on 127.0.0.1 for as long as this takes, and must answer each query with data. Debian's package "prometheus" has all
that is needed; without it this says so and does nothing.
"""
import json
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

DASHBOARD = pathlib.Path(__file__).resolve().parent.parent / 'packaging/grafana/ringway.json'
WINDOW = '10m'  # a scenario is over by then


def openmetrics(lines, end):
    """The looks as one text with times, the last one at the given second; series by series, as promtool wants it."""
    series, at, last = {}, None, None
    for line in lines:
        if line.startswith('# at '):
            at = float(line.split()[2])
            last = at
        elif line and not line.startswith('#') and at is not None:
            name, value = line.rsplit(' ', 1)
            series.setdefault(name.split('{')[0], {}).setdefault(name, []).append((at, value))
    if last is None:
        sys.exit('there is no line "# at SECONDS" in it')
    out = [f'{name} {value} {end - last + at:.3f}'
           for family in sorted(series) for name in sorted(series[family]) for at, value in series[family][name]]
    return '\n'.join(out) + '\n# EOF\n'


def questions():
    """(panel, query) of all panels, and of the list of domains."""
    dashboard = json.loads(DASHBOARD.read_text(encoding='utf-8'))
    for panel in dashboard['panels']:
        for target in panel.get('targets', []):
            yield panel['title'], target['expr']
    for variable in dashboard['templating']['list']:
        if variable['type'] == 'query':
            metric, label = re.fullmatch(r'label_values\((\w+), (\w+)\)', variable['query']['query']).groups()
            yield variable['label'], f'group by ({label}) ({metric})'


def filled_in(query):
    query = query.replace('$__rate_interval', WINDOW).replace('$domain', '.*')
    return re.sub(r' == 0$', '', query)  # whatever is wrong somewhere: nothing is


def ask(port, path, **words):
    url = f'http://127.0.0.1:{port}{path}?{urllib.parse.urlencode(words)}'
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read()


def wait_until_ready(port, server):
    for _ in range(300):
        try:
            return ask(port, '/-/ready')
        except OSError:
            if server.poll() is not None:
                break
            time.sleep(0.1)
    sys.exit('Prometheus does not start')


def answer_all(port, end):
    silent = 0
    for panel, query in questions():
        said = json.loads(ask(port, '/api/v1/query', query=filled_in(query), time=end))
        result = said['data']['result']
        values = [float(one['value'][1]) for one in result]
        print(f'{"ok" if result else "NO DATA"}: {panel}: {len(result)} series, largest {max(values, default=0):.6g}')
        silent += not result
    return silent


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    missing = [name for name in ('prometheus', 'promtool') if shutil.which(name) is None]
    if missing:
        print(f'skipped: {" and ".join(missing)} not found; Debian\'s package "prometheus" has both')
        return 0
    end = int(time.time()) - 60
    with tempfile.TemporaryDirectory() as folder:
        where = pathlib.Path(folder)
        text = openmetrics(pathlib.Path(sys.argv[1]).read_text(encoding='utf-8').splitlines(), end)
        (where / 'past').write_text(text, encoding='utf-8')
        (where / 'config.yml').write_text('global: {}\n', encoding='utf-8')
        subprocess.run(['promtool', 'tsdb', 'create-blocks-from', 'openmetrics', where / 'past', where / 'data'],
                       check=True, stdout=subprocess.DEVNULL)
        with socket.socket() as free:
            free.bind(('127.0.0.1', 0))
            port = free.getsockname()[1]
        with open(where / 'log', 'wb') as log, subprocess.Popen(
                ['prometheus', f'--config.file={where}/config.yml', f'--storage.tsdb.path={where}/data',
                 f'--web.listen-address=127.0.0.1:{port}'], stdout=log, stderr=log) as server:
            try:
                wait_until_ready(port, server)
                silent = answer_all(port, end)
            finally:
                server.terminate()
    return 1 if silent else 0


if __name__ == '__main__':
    sys.exit(main())
