"""Kills a training run everywhere, and looks whether it ends as one that nobody disturbed.

    python kill_everywhere.py LIKENESS [--random 30] [--stride 8] [--jobs N] [--seed 1] [--only save,damage]

A tiny autoencoder learns a tiny world. What must hold after every kill and every failed call: each
checkpoint under its final name is whole, no more than one save's steps are lost, what was being
written is a beginning of the undisturbed run's bytes, the log tells the same losses, every step once;
and in the end the weights, the optimizer's state and the average have the undisturbed run's SHA-256.

  random     kill -9 at random moments, several a run, with one thread and with two
  start      at every call that changes the run's folder while a run starts: SIGKILL instead of it,
             SIGKILL right after it, EIO from it, a disk that is full from it on
             (every one from the remains of a save that was killed)
  save       the same at every call from a step's log line to the end of its save, pictures, plots
             and removal of old checkpoints included; each launch goes on from what the kill before
             it left. What repeats fails in one of the two ways, in turn; other calls in both
  damage     a newest checkpoint that is cut short or has one bit wrong
  second     another process that is started in the folder while a save is half done
  controls   faults made on purpose, which the checks above must see

--stride takes every n-th only of the calls that repeat: tensors' writes, and plots. Calls are counted by
kill_at.c, so this runs on Linux only; cc compiles it. Temporary folders follow TMPDIR. Exits with 1 if
anything failed.
"""

import argparse
import collections
import concurrent.futures
import dataclasses
import hashlib
import json
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).parent
WEIGHTS = ("model.safetensors", "optimizer.safetensors", "average.safetensors")
EVERY, START, STEPS, KEEP = 4, 12, 40, 3
SETTINGS = {
    "world.identities": 6, "world.held_out_identities": 2, "world.views": 2,
    "sizes.side": 64, "sizes.autoencoder": "[16,16]", "autoencoder.losses.crop": 16,
    "autoencoder.losses.late_crop": 16,
}
TRAINING = {
    "steps": STEPS, "batch_size": 2, "save_every": EVERY, "evaluate_every": EVERY, "sample_every": EVERY,
    "log_every": 1, "keep": KEEP, "optimizer.warmup_steps": 5,
}
# What may fail without an end of the run: removing, if that leaves nothing half removed.
FORGIVABLE = re.compile(r"\d+ ((unlink|unlinkat|rmdir|remove) |rename checkpoints/\.tmp-old-)")


class Fault(Exception):
    pass


def demand(holds, what):
    if not holds:
        raise Fault(what)


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


@dataclasses.dataclass
class Program:
    path: str
    library: str

    def command(self, folder, stage, threads, settings):
        every = SETTINGS | {f"autoencoder.training.{k}": v for k, v in (TRAINING | settings).items()}
        command = [self.path, "train", "miniature", "-o", str(folder), "--stage", stage, "--threads", str(threads)]
        return command + [part for name, value in every.items() for part in ("--set", f"{name}={value}")]

    def start(self, folder, stage="autoencoder", threads=1, quiet=True, settings={}, stop=None, **more):
        environment = dict(os.environ)
        if stop:
            environment |= {"LD_PRELOAD": self.library} | {f"KILL_AT_{k}": str(v) for k, v in stop.items()}
        command = self.command(folder, stage, threads, settings) + ["--quiet"] * quiet
        return subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, **more
        )

    def run(self, *arguments, **more):
        """Exit code and what it said on standard error."""
        process = self.start(*arguments, **more)
        try:
            error = process.communicate(timeout=300)[1]
        except subprocess.TimeoutExpired:
            process.kill()
            raise Fault(f"still running after 300 s: {process.communicate()[1]!r}")
        return process.returncode, error


class Run:
    """A run's folder, and what must be true of it."""

    def __init__(self, folder, truth=None):
        self.root, self.folder, self.truth = folder, folder / "autoencoder", truth
        self.checkpoints = self.folder / "checkpoints"

    def steps(self):
        return sorted(int(path.name[5:]) for path in self.checkpoints.glob("step-*"))

    def file(self, step, name):
        return self.checkpoints / f"step-{step:08}" / name

    def hashes(self, step):
        return {name: sha256(self.file(step, name)) for name in WEIGHTS}

    def log(self, torn=True):
        """(step, what was measured) for every whole line, without what only tells the speed."""
        lines = (self.folder / "metrics.jsonl").read_text().splitlines(keepends=True)
        if torn and lines and not lines[-1].endswith("\n"):
            lines.pop()
        try:
            values = [json.loads(line) for line in lines]
        except ValueError as error:
            raise Fault(f"metrics.jsonl: {error}")
        return [{k: v for k, v in line.items() if k not in ("samples_per_second", "peak_share")} for line in values]

    def check_checkpoints(self):
        for step in self.steps():
            try:
                state = json.loads(self.file(step, "state.json").read_text())
            except (OSError, ValueError) as error:
                raise Fault(f"checkpoints: unreadable under a final name ({type(error).__name__} for state.json)")
            demand(state["step"] == step and set(WEIGHTS) == set(state["files"]), "checkpoints: odd state.json")
            for name, told in state["files"].items():
                path = self.file(step, name)
                demand(path.exists(), f"checkpoints: unreadable under a final name ({name} is gone)")
                demand(sha256(path) == told["sha256"], f"checkpoints: {name} is damaged under a final name")
                same = told["sha256"] == sha256(self.truth.file(step, name))
                demand(same, f"checkpoints: {name} of step {step} is not the undisturbed run's")

    def check(self):
        """After a kill."""
        self.check_checkpoints()
        for path in self.checkpoints.glob(".tmp-*/*.safetensors*"):
            name = re.sub(r"^\.(.*)\.[0-9a-f]+\.partial$", r"\1", path.name)
            step = int(path.parent.name[5:].removeprefix("old-"))  # one that is written, or being removed
            whole = self.truth.file(step, name).read_bytes()
            demand(whole.startswith(path.read_bytes()), f"{name}: what was being written is not the undisturbed run's")
        log = self.log()
        expected = self.truth.log()[: len(log)]
        demand(log == expected, "metrics.jsonl: not a beginning of the undisturbed run's")
        if log:
            lost = log[-1]["step"] - max(self.steps(), default=0)
            demand(lost <= EVERY, f"{lost} steps lost")

    def check_end(self):
        """After the last step."""
        demand(self.steps()[-1:] == [STEPS], f"ended at {self.steps()}")
        demand(len(self.steps()) == KEEP, f"kept {self.steps()}")
        self.check_checkpoints()
        demand(self.hashes(STEPS) == self.truth.hashes(STEPS), "the end: other weights")
        demand(self.log(torn=False) == self.truth.log(), "metrics.jsonl: not the undisturbed run's")
        left = [path.name for path in self.checkpoints.iterdir() if not path.name.startswith("step-")]
        demand(not left, "checkpoints: something is left beside them")
        page = (self.folder / "index.html").read_text()
        demand(".partial" not in page, "index.html: shows a killed write's leftovers as pictures")
        return sum(1 for _ in self.folder.rglob(".*.partial"))


class Bench:
    """The undisturbed runs, and a run that stands at a checkpoint, to start from."""

    def __init__(self, program, root):
        self.program, self.root = program, root
        self.faults, self.notes = collections.defaultdict(list), collections.Counter()
        code, error = program.run(root / "world", stage="world")
        demand(code == 0, f"could not make the world: {error}")

    def make(self, name, source=None):
        """A new run's folder with the world, and perhaps with a run to go on from."""
        run = Run(self.root / name, getattr(self, "truth", None))
        shutil.rmtree(run.root, ignore_errors=True)
        shutil.copytree(self.root / "world" / "cache", run.root / "cache")
        if source:
            shutil.copytree(source.folder, run.folder, symlinks=True)
        return run

    def undisturbed(self, name, threads):
        run = self.make(name)
        start = time.monotonic()
        code, error = self.program.run(run.root, threads=threads, settings={"keep": STEPS})
        demand(code == 0, f"the undisturbed run failed: {error}")
        return run, time.monotonic() - start

    def stop(self, run, action, number=0, start=0, step=None):
        """Where the library is to stop a run: in its start, or in the log line and save of a step."""
        log = run.root / "calls.txt"
        log.unlink(missing_ok=True)
        first = f'{{"step": {step},' if step else ""
        return {
            "ACTION": action, "NUMBER": number, "FOLDER": run.folder, "MARKS": "metrics.jsonl", "LOG": log,
            "FROM": first, "UNTIL": f'{{"step": {(step or start) + 1},',
        }

    def calls(self, run):
        path = run.root / "calls.txt"
        return path.read_text().splitlines() if path.exists() else []

    def prepare(self):
        self.truth, self.seconds = self.undisturbed("truth", 1)
        self.prepared = self.make("prepared")
        code, error = self.program.run(self.prepared.root, stop=self.stop(self.prepared, "list", step=START))
        demand(code == -signal.SIGKILL and self.prepared.steps() == [4, 8, 12], f"could not prepare: {error}")
        # A start that has the next save's remains to clear away.
        self.torn = self.make("torn", self.prepared)
        calls = self.listing("save")
        number = next(n for n, call in enumerate(calls, 1) if "write checkpoints/.tmp-16/.optimizer" in call) + 9
        self.program.run(self.torn.root, stop=self.stop(self.torn, "before", number, step=START + EVERY))
        demand(any(self.torn.checkpoints.glob(".tmp-*")), "could not leave a save half done")

    def listing(self, window):
        run = self.make("listing", self.prepared if window == "save" else self.torn)
        where = {"step": START + EVERY} if window == "save" else {"start": START}
        self.program.run(run.root, stop=self.stop(run, "list", **where))
        return [line for line in self.calls(run) if line != "end"]

    def fault(self, label, where):
        self.faults[label].append(where)
        print(f"  FAULT: {label}: {where}", flush=True)

    def finish(self, run, where):
        """Lets a run go to its end; whether it was as it must be."""
        try:
            code, error = self.program.run(run.root)
            demand(code == 0, f"could not go on: {error.strip()}")
            self.notes["left-over .partial files at an end, at most"] = max(
                self.notes["left-over .partial files at an end, at most"], run.check_end()
            )
            return True
        except Fault as fault:
            self.fault(f"at the end, {fault}", where)
            return False

    # The parts.

    def random_kills(self, kills, threads, truth, seconds, numbers):
        done = hits = runs = 0
        while done < kills:
            run = self.make(f"random-{threads}")
            run.truth = truth
            runs += 1
            for _ in range(6):
                if done == kills:
                    break
                left = 1 - max(run.steps(), default=0) / STEPS
                process = self.program.start(run.root, threads=threads)
                time.sleep(numbers.uniform(0, seconds * max(left, 0.15)))
                process.kill()
                process.communicate()
                done += 1
                hits += process.returncode == -signal.SIGKILL
                try:
                    if (run.folder / "metrics.jsonl").exists():
                        run.check()
                except Fault as fault:
                    self.fault(f"after a random kill, {fault}", f"kill {done}, {threads} thread(s)")
            self.finish(run, f"random kills of run {runs}, {threads} thread(s)")
        return f"{done} kills of {runs} runs, {hits} hit a run at work"

    def chain(self, name, window, points):
        """One launch a point, each from what the one before left; the outcomes, counted."""
        outcomes = collections.Counter()
        run = None
        for action, number, call in points:
            where = f"{action} {call}"
            if run and run.steps()[-1] + EVERY >= STEPS:
                self.finish(run, f"before {where}")
                run = None
            run = run or self.make(name, self.prepared if window == "save" else self.torn)
            last = run.steps()[-1]
            place = {"step": last + EVERY} if window == "save" else {"start": last}
            try:
                outcomes[self.launch(run, action, number, place)] += 1
                run.check()
                if window == "start":
                    # Other calls than these are made where less is left: always from the same state.
                    self.program.run(run.root, stop=self.stop(run, "list", step=last + EVERY))
                    demand(run.steps()[-1] == last + EVERY, "did not go on")
                    run.check()
                    run = None
            except Fault as fault:
                if window == "save":
                    where = " ".join([action] + self.calls(run)[:1])
                recovers = self.finish(run, where)
                self.fault(f"{fault}{'' if recovers else ' (and the run does not recover)'}", where)
                outcomes["FAULT"] += 1
                run = None
        if run:
            self.finish(run, f"after {name}")
        return outcomes

    def launch(self, run, action, number, place):
        code, error = self.program.run(run.root, stop=self.stop(run, action, number, **place))
        calls = self.calls(run)
        # Where a kill left more files than the listing saw, the same number may be the call beside it.
        call = next((line for line in calls if line.startswith(f"{number} ")), None)
        demand(call, f"the call was not made: exit {code}, {error.strip()!r}")
        if action in ("before", "after"):
            demand(code == -signal.SIGKILL and "end" not in calls, f"not killed: exit {code}, {error.strip()!r}")
            return "killed"
        if "end" in calls:
            demand(FORGIVABLE.match(call), "a failed call went unnoticed")
            return "went on"
        demand(code > 0, f"exit {code} after a failed call")
        lines = error.strip().splitlines()
        demand(len(lines) == 1 and lines[0].startswith("likeness: "), f"not one sentence: {error!r}")
        demand("Error Domain" not in error, f"no words for people after a failed {call.split()[1]}")
        return "one sentence"

    def points(self, window, stride):
        """What to do at which call."""
        calls = self.listing(window)
        points = []
        for number, call in enumerate(calls, 1):
            is_tensor = " write checkpoints/.tmp" in call
            if (is_tensor or " plots/" in call) and number % stride:
                continue
            growing = re.search(" (write|pwrite|writev|open|openat|mkdir|mkdirat|fsync|rename|renameat) ", call)
            actions = ["before", "after"]
            if is_tensor or " plots/" in call:
                actions.append("eio" if number // stride % 2 else "enospc")
            else:
                actions += ["eio", "enospc"] if growing else ["eio"]
            points += [(action, number, call) for action in actions]
        # By action, so that launches that leave a checkpoint behind are not mixed with those that do not.
        return calls, sorted(points, key=lambda point: ("before", "after", "eio", "enospc").index(point[0]))

    def everywhere(self, window, stride, jobs):
        calls, points = self.points(window, stride)
        kinds = collections.Counter(call.split()[1] for call in calls)
        print(f"{window}: {len(calls)} calls: " + ", ".join(f"{n} {kind}" for kind, n in sorted(kinds.items())))
        size = 30
        blocks = [points[index : index + size] for index in range(0, len(points), size)]
        total = collections.defaultdict(collections.Counter)
        with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
            work = {
                pool.submit(self.chain, f"{window}-{index}", window, block): index
                for index, block in enumerate(blocks)
            }
            for done, future in enumerate(concurrent.futures.as_completed(work), 1):
                for outcome, count in future.result().items():
                    total[window][outcome] += count
                shutil.rmtree(self.root / f"{window}-{work[future]}")
                print(f"  {done}/{len(blocks)} blocks, {sum(map(len, self.faults.values()))} faults", flush=True)
        for action in ("before", "after", "eio", "enospc"):
            print(f"  {action:8} {sum(point[0] == action for point in points):5} launches")
        return ", ".join(f"{count} {outcome}" for outcome, count in sorted(total[window].items()))

    def damage(self):
        ways = {"cut short": lambda b: b[: len(b) // 2], "one bit wrong": lambda b: flipped(b), "empty": lambda b: b""}
        count = 0
        for at_end in (False, True):
            source, newest = (self.whole, STEPS) if at_end else (self.prepared, START)
            for name in WEIGHTS + ("state.json",) if not at_end else WEIGHTS[:1]:
                for way, spoil in ways.items():
                    if name == "state.json" and way == "one bit wrong":
                        continue  # a step number or hash that happens to parse; the next check's case
                    where = f"{name} of step {newest} {way}"
                    run = self.make("damage", source)
                    path = run.file(newest, name)
                    path.write_bytes(spoil(path.read_bytes()))
                    code, error = self.program.run(run.root, quiet=False)
                    count += 1
                    if f"step-{newest:08}" not in error:
                        self.fault("a damaged newest checkpoint is not told of", where)
                    try:
                        demand(code == 0, f"could not go on: {error.strip()}")
                        run.check_end()
                    except Fault as fault:
                        self.fault(f"from a damaged newest checkpoint, {fault}", where)
        return f"{count} damaged checkpoints"

    def second(self):
        """Another process in the folder of one that is stopped in the middle of a save."""
        calls = self.listing("save")
        number = next(n for n, call in enumerate(calls, 1) if "write checkpoints/.tmp" in call) + 200
        run = self.make("second", self.prepared)
        # Without an end of the window: this run goes on to its end.
        stop = self.stop(run, "pause", number, step=START + EVERY) | {"UNTIL": ""}
        first = self.program.start(run.root, stop=stop)
        while not self.calls(run) and first.poll() is None:
            time.sleep(0.05)
        code, error = self.program.run(run.root)
        if code == 0 or "another process" not in error:
            self.fault("a second process was not turned away", f"exit {code}, {error.strip()!r}")
        os.kill(first.pid, signal.SIGCONT)
        _, error = first.communicate()
        if first.returncode:
            self.fault("a second process broke the first one's save", error.strip())
        else:
            self.finish(run, "second process")
        return f"tried at call {number} of a save"

    def controls(self):
        """Whether the checks see what they are for."""
        seen = []

        def expect(name, spoil):
            run = self.make("control", self.prepared)
            spoil(run)
            try:
                run.check()
                run.check_end() if self.program.run(run.root)[0] == 0 else demand(False, "no end")
                self.fault("a control was not noticed", name)
            except Fault:
                seen.append(name)

        def forged(run):
            """A weight that is wrong and a hash that says it is right: only the end can tell."""
            path = run.file(START, "model.safetensors")
            data = flipped(path.read_bytes())
            state = json.loads(run.file(START, "state.json").read_text())
            state["files"]["model.safetensors"]["sha256"] = hashlib.sha256(data).hexdigest()
            path.write_bytes(data)
            run.file(START, "state.json").write_text(json.dumps(state))
            run.check_checkpoints = lambda: None

        def twice(run):
            path = run.folder / "metrics.jsonl"
            path.write_text(path.read_text() + path.read_text().splitlines()[-2] + "\n")

        def torn(run):
            shutil.rmtree(run.checkpoints / f"step-{START:08}")
            run.file(START, "x").parent.mkdir()

        def lost(run):
            for step in (8, 12):
                shutil.rmtree(run.file(step, "x").parent)

        faults = {"a wrong weight": forged, "a step twice": twice, "a torn save": torn, "a lost save": lost}
        for name, spoil in faults.items():
            expect(name, spoil)
        return f"{len(seen)} faults on purpose seen: " + ", ".join(seen)


def flipped(data):
    """One bit of a mantissa, in the last tensor's last number."""
    return data[:-3] + bytes([data[-3] ^ 1]) + data[-2:]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("likeness")
    parser.add_argument("--random", type=int, default=30)
    parser.add_argument("--stride", type=int, default=8)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", help="such as save,damage")
    options = parser.parse_args()
    begin = time.monotonic()
    numbers = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as name:
        root = pathlib.Path(name).resolve()
        library = root / "kill_at.so"
        compiler = ["cc", "-O2", "-shared", "-fPIC", "-o", str(library), str(HERE / "kill_at.c"), "-ldl", "-lpthread"]
        subprocess.run(compiler, check=True)
        bench = Bench(Program(options.likeness, str(library)), root)
        bench.prepare()
        print(f"undisturbed: {STEPS} steps in {bench.seconds:.1f} s")
        bench.whole = bench.make("whole", bench.prepared)
        if not bench.finish(bench.whole, "a run that was resumed once"):
            sys.exit(f"a run that was resumed once ends differently: {dict(bench.faults)}")

        def two_threads():
            truth, seconds = bench.undisturbed("truth-2", 2)
            return bench.random_kills(max(options.random // 6, 1), 2, truth, seconds, numbers)

        parts = {
            "random": lambda: bench.random_kills(options.random, 1, bench.truth, bench.seconds, numbers),
            "two threads": two_threads,
            "start": lambda: bench.everywhere("start", options.stride, options.jobs),
            "save": lambda: bench.everywhere("save", options.stride, options.jobs),
            "damage": bench.damage,
            "second": bench.second,
            "controls": bench.controls,
        }
        chosen = options.only.split(",") if options.only else list(parts)
        rows = []
        for part in chosen:
            start, before = time.monotonic(), sum(map(len, bench.faults.values()))
            text = parts[part]()
            faults = sum(map(len, bench.faults.values())) - before
            rows.append((part, text, faults, time.monotonic() - start))
            print(f"{part}: {text}; {faults} faults", flush=True)
        print()
        for part, text, faults, seconds in rows:
            print(f"{part:12} {faults:4} faults {seconds:6.0f} s  {text}")
        for note, count in bench.notes.items():
            print(f"{note}: {count}")
        for label, places in sorted(bench.faults.items(), key=lambda item: -len(item[1])):
            print(f"FAULT x{len(places)}: {label}\n    {'; '.join(places[:3])}{' …' if len(places) > 3 else ''}")
        total = sum(map(len, bench.faults.values()))
        print(f"{total} faults in {(time.monotonic() - begin) / 60:.1f} min")
    sys.exit(1 if total else 0)


if __name__ == "__main__":
    main()
