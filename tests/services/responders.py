# SPDX-License-Identifier: BSD-3-Clause
"""What answers on loopback: openssl ocsp, cfssl, nginx, and a server that answers whatever it is told."""
import http.server
import json
import pathlib
import random
import subprocess
import threading
import time

from world import must

ADDRESS = '127.0.0.1'


class Program:
    """A server that is there once its output has a text; it is stopped with the block."""

    def __init__(self, ready, command):
        self.lines, self.changed = [], threading.Condition()
        # pylint: disable-next=consider-using-with
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                        text=True, errors='replace')
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()
        self.ready = self.wait(ready)

    def read(self):
        for line in self.process.stdout:
            with self.changed:
                self.lines.append(line)
                self.changed.notify_all()
        with self.changed:
            self.lines.append(None)
            self.changed.notify_all()

    def wait(self, text, timeout=30):
        """Whether it came, and not the end before it."""
        end = time.monotonic() + timeout
        with self.changed:
            while True:
                if any(line and text in line for line in self.lines):
                    return True
                left = end - time.monotonic()
                if left <= 0 or None in self.lines or not self.changed.wait(left):
                    return False

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.reader.join()


def on_port(port, ready, command):
    program = Program(ready, command)
    if not program.ready:
        program.stop()
        raise AssertionError(f'{command[0]} on port {port}: {program.lines}')
    return program


def free_port():
    """Below those that the kernel gives to clients, so that it is still free when it is wanted."""
    return random.randrange(20000, 32000)


def openssl_ocsp(port, authority, *arguments, signer=None):
    """The responder of an authority; it reads its index once, at the start."""
    signer = signer or authority
    return on_port(port, 'ACCEPT', [
        'openssl', 'ocsp', '-port', str(port), '-index', str(authority.folder / 'index.txt'), '-CA',
        str(authority.cert), '-rsigner', str(signer.cert), '-rkey', str(signer.key),
        *(arguments or ('-nmin', '60'))])


def cfssl_answer(authority, delegate, holder, status):
    """A line of what cfssl serves: the response in base64."""
    made = must('cfssl', 'ocspsign', '-loglevel', '5', '-ca', str(authority.cert), '-responder',
                str(delegate.cert), '-responder-key', str(delegate.key), '-cert', str(holder.cert),
                '-status', status, '-interval', '96h',
                *(('-reason', '1') if status == 'revoked' else ()))
    return json.loads(made)['ocspResponse']


def cfssl_ocspserve(port, folder, *answers):
    """cfssl answers with what was signed ahead of time, as large CAs do."""
    responses = pathlib.Path(folder, 'responses')
    responses.write_text('\n'.join(answers) + '\n', encoding='ascii')
    return on_port(port, 'Now listening', ['cfssl', 'ocspserve', '-port', str(port), '-responses',
                                           str(responses)])


NGINX = """\
daemon off;
user root;
pid {folder}/nginx.pid;
error_log stderr notice;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen {address}:{port};
        root {folder}/files;
    }}
}}
"""


def nginx(port, folder):
    """Serves the files in `files` below the folder."""
    pathlib.Path(folder, 'files').mkdir(parents=True, exist_ok=True)
    settings = pathlib.Path(folder, 'nginx.conf')
    settings.write_text(NGINX.format(folder=folder, address=ADDRESS, port=port), encoding='ascii')
    return on_port(port, 'start worker process ', ['nginx', '-c', str(settings)])


# --- a server of our own --------------------------------------------------------------------------


class Handler(http.server.BaseHTTPRequestHandler):
    """What the server was told for a path: bytes, or a function that gets the handler."""

    def do_POST(self):  # pylint: disable=invalid-name
        self.rfile.read(int(self.headers.get('Content-Length', '0')))
        self.do_GET()

    def do_GET(self):  # pylint: disable=invalid-name
        with self.server.lock:
            self.server.asked.append(self.path)
        name = self.path.split('/')[1]
        answer = self.server.answers.get(name)
        try:
            if answer is None:
                self.send_error(404)
            elif callable(answer):
                answer(self)
            else:
                self.send_body(answer)
        except OSError:
            pass  # whoever asked has had enough

    def begin(self, length=None, kind='application/ocsp-response'):
        """The header of a response that says so much about its body."""
        self.send_response(200)
        self.send_header('Content-Type', kind)
        if length is not None:
            self.send_header('Content-Length', str(length))
        self.end_headers()

    def send_body(self, body):
        self.begin(len(body))
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    """Answers by the first part of the path, and remembers what it was asked."""
    daemon_threads = True

    def __init__(self):
        super().__init__((ADDRESS, 0), Handler)
        self.answers, self.asked, self.lock = {}, [], threading.Lock()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def url(self, name):
        return f'http://{ADDRESS}:{self.server_address[1]}/{name}'

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()


def endless(handler):
    """A body of 1 GB, as it says."""
    handler.begin(1 << 30)
    block = bytes(1 << 16)
    for _ in range(1 << 14):
        handler.wfile.write(block)


def endless_and_unsaid(handler):
    """The same without a length."""
    handler.begin()
    block = bytes(1 << 16)
    for _ in range(1 << 14):
        handler.wfile.write(block)


def drip(handler):
    """A byte a second."""
    handler.begin(1000)
    for _ in range(1000):
        handler.wfile.write(b'0')
        handler.wfile.flush()
        time.sleep(1)


def redirect(url):
    """To that URL."""
    def answer(handler):
        handler.send_response(302)
        handler.send_header('Location', url)
        handler.send_header('Content-Length', '0')
        handler.end_headers()
    return answer
