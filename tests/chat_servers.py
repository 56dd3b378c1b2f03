"""Servers that answer as they are told: llama-server's, OpenAI's and Ollama's kind."""

from __future__ import annotations

import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

DROP, GARBLE, CUT_OFF = object(), object(), object()


class Told:
    """What a fake server is told, and what it was asked.

    ``say`` takes a prompt and how often it was asked before, and gives the answer: a text, a
    status, a pair (text, finish reason), seconds to wait before "late", or one of `DROP`,
    `GARBLE`, `CUT_OFF`.
    """

    def __init__(self, say, *, kind="llama", model="some-model", scores=True, digest="abc"):
        self.say, self.kind, self.model, self.scores, self.digest = say, kind, model, scores, digest
        self.asked = []  # (path, body)
        self.at_once = self.most_at_once = 0
        self.lock = threading.Lock()
        self.url = ""

    @property
    def prompts(self):
        """What was asked, without the first sentence that opens a model."""
        found = [
            b["messages"][0]["content"] if "messages" in b else b["prompt"] for _, b in self.asked
        ]
        return [prompt for prompt in found if "Bonjour." not in prompt]

    def listing(self, path):
        """Answer what is asked without a body."""
        if path == "/api/version":
            return {"version": "0.12.11"} if self.kind == "ollama" else None
        if path == "/api/tags" and self.kind == "ollama":
            return {"models": [{"name": self.model, "digest": self.digest}]}
        if path == "/v1/models" and self.kind != "ollama":
            return {"data": [{"id": self.model, "meta": {"size": 1}}]}
        if path == "/props" and self.kind == "llama":
            settings = {"n_ctx": 4096}
            return {
                "total_slots": 2,
                "model_path": f"/models/{self.model}",
                "default_generation_settings": settings,
            }
        return None


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        found = self.server.told.listing(self.path)
        self.send(200 if found is not None else 404, json.dumps(found or {"error": "no"}).encode())

    def do_POST(self):
        told = self.server.told
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        prompt = body["messages"][0]["content"] if "messages" in body else body["prompt"]
        with told.lock:
            before = sum(prompt == _prompt(b) for _, b in told.asked)
            told.asked.append((self.path, body))
            told.at_once += 1
            told.most_at_once = max(told.most_at_once, told.at_once)
        said = "Hello." if "Bonjour." in prompt else told.say(prompt, before)
        if isinstance(said, float):
            time.sleep(said)
            said = "late"
        with told.lock:
            told.at_once -= 1
        self.answer(told, body, said)

    def answer(self, told, body, said):
        if said is DROP:
            self.close_connection = True
            self.connection.close()
        elif isinstance(said, int):
            self.send(said, b'{"error": "told so"}')
        elif said is GARBLE:
            self.send(200, b'{"choices": [')
        elif said is CUT_OFF:
            self.send(200, b'{"choices": [', more=100)
        else:
            text, reason = said if isinstance(said, tuple) else (said, "stop")
            self.send(200, json.dumps(self.shaped(told, body, text, reason)).encode())

    def shaped(self, told, body, text, reason):
        scores = [{"token": "a", "logprob": -0.25}, {"token": "b", "logprob": -0.75}]
        wanted = told.scores and body.get("logprobs")
        if told.kind == "ollama":
            message = {"role": "assistant", "content": text}
            table = {"message": message, "done": True, "done_reason": reason}
            return table | ({"logprobs": scores} if wanted else {})
        choice = {"index": 0, "finish_reason": reason}
        if self.path == "/v1/completions":
            choice["text"] = text
        else:
            choice["message"] = {"role": "assistant", "content": text}
        if wanted:
            choice["logprobs"] = {"content": scores}
        return {"choices": [choice]}

    def send(self, status, data, *, more=0):
        self.send_response(status)
        self.send_header("Content-Length", str(len(data) + more))
        if status == 302:
            self.send_header("Location", "http://127.0.0.1:9/elsewhere")
        self.end_headers()
        self.wfile.write(data)
        if more:
            self.close_connection = True


def _prompt(body):
    return body["messages"][0]["content"] if "messages" in body else body["prompt"]


@contextmanager
def serving(say, **more):
    """Serve on a free port of this machine until the end of the block; give what is told."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    server.told = told = Told(say, **more)
    told.server = server
    told.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
