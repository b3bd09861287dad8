"""The same run, on more machines:

    python train.py --data DIR                                   one process
    torchrun --nproc-per-node 4 train.py --data DIR              four, on one machine: graphics cards (nccl) or processors (gloo)
    torchrun --nnodes 2 --nproc-per-node 8 --rdzv-backend c10d --rdzv-endpoint HOST:29500 train.py --data DIR

DIR, on every machine, is what the page saves as a ZIP (class folders and metadata.csv, whose splits are kept), or class folders. Settings are the run's own,
from config.json, unless options say otherwise. It begins with the browser's weights; --new-head begins the classifier anew, from the
seed's first weights as the page does. --batch counts the pictures of an update over all processes, so that as many processes as you
like give the same losses. OUT/ becomes a model folder again: predict.py --model OUT reads it, and the page reads OUT/model.safetensors.
It has run on processors; on graphics cards nobody has tried it yet.
"""
import argparse
import contextlib
import hashlib
import json
import math
import os
import sys
import time
from datetime import datetime, timezone
from pathlib import Path

import torch
import torch.distributed as dist
import torch.nn.functional as F
from browser import change_picture, create_head, order_of_epoch
from dataset import Pictures, read_dataset
from model import Model, compute_exactly, load_config, to_tensor
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn.parallel import DistributedDataParallel

HERE = Path(__file__).resolve().parent
CONVOLUTIONS = [0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28]


class Processes:
    """This process among those that train together; alone where torchrun did not start it."""

    def __init__(self, device):
        self.world, self.rank = int(os.environ.get("WORLD_SIZE", 1)), int(os.environ.get("RANK", 0))
        kind = device or ("cuda" if torch.cuda.is_available() else "cpu")
        self.device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", 0))) if kind == "cuda" else torch.device(kind)
        if kind == "cuda":
            cards = torch.cuda.device_count() if torch.cuda.is_available() else 0
            if self.device.index >= cards:
                sys.exit(f"PyTorch finds {cards} graphics card(s) here, and process {self.device.index + 1} asks for one of its own. Start fewer, or add --device cpu.")
            torch.cuda.set_device(self.device)
        if self.world > 1:
            dist.init_process_group("nccl" if kind == "cuda" else "gloo")

    def sum(self, *values):
        """Each value added up over all processes."""
        if self.world == 1:
            return list(values)
        total = torch.tensor(values, dtype=torch.float64, device=self.device)
        dist.all_reduce(total)
        return total.tolist()

    def say(self, text):
        if self.rank == 0:
            print(text, flush=True)

    def end(self):
        if self.world > 1:
            dist.destroy_process_group()


class Learner(nn.Module):
    """The part that moves. `first`: the first trained layer of the features; None where the classifier alone moves, over features."""

    def __init__(self, model, first):
        super().__init__()
        self.model, self.first = model, first

    def forward(self, inputs):
        if self.first is None:
            return self.model.classify(inputs)
        with torch.no_grad():
            maps = self.model.features[: self.first](inputs)
        return self.model.classify(self.model.features[self.first :](maps).flatten(1))


def unfrozen_convolutions(settings):
    """How many of the last convolutions train: none unless the way is fine-tune."""
    if settings["way"] != "fine-tune":
        return 0
    return {"none": 0, "block5": 3, "all": 13}.get(settings["unfreeze"], settings["unfreeze"])


class Run:
    def __init__(self, given, config, settings):
        self.given, self.config, self.settings = given, config, settings
        self.processes = Processes(given.device)
        self.device = self.processes.device
        samples, classes = read_dataset(given.data, config["classes"], settings["valFraction"], settings["seed"], given.new_head)
        self.classes = classes
        self.train, self.val, self.test = ([one for one in samples if one.split == split] for split in ("train", "val", "test"))
        self.owner = {one: index % self.processes.world for index, one in enumerate(samples)}
        self.pictures = Pictures(config)
        count = unfrozen_convolutions(settings)
        self.first = CONVOLUTIONS[-count] if count else None
        self.augmentation = None if settings["way"] == "features" else settings["augmentation"]
        self.model = self._load_model().to(self.device)
        self.weights = self._class_weights()
        self.held = {}  # features of pictures that do not change, as float16 like the page's
        self.steps, self.epochs, self.best, self.best_tensors = [], [], None, None
        parts = [{"params": list(self.model.classifier.parameters()), "name": "head"}]
        if self.first is not None:
            parts.append({"params": list(self.model.features[self.first :].parameters()), "name": "backbone"})
        self.optimizer = self._make_optimizer(parts)
        self.begin = 0
        if given.resume:
            self._resume()

    def _load_model(self):
        self.origin = self._find_origin()
        model = Model(len(self.classes), self.settings["featureNorm"])
        tensors = {name: tensor.float() for name, tensor in load_file(self.given.weights).items()}
        if self.given.new_head:
            weight, bias = create_head(len(self.classes), self.settings["seed"])
            tensors |= {"classifier.weight": torch.from_numpy(weight), "classifier.bias": torch.from_numpy(bias)}
        model.load_state_dict(tensors, strict=True)
        return model.eval()

    def _find_origin(self):
        """config.json of the model that this run goes on from: as the file of its weights tells it, else the one beside this script."""
        with safe_open(self.given.weights, "pt") as file:
            told = (file.metadata() or {}).get("headstart")
        origin = self.config if told is None else json.loads(told)
        if not self.given.new_head and origin["classes"] != self.classes:
            sys.exit(f"{self.given.weights} has the classes {', '.join(origin['classes'])}, not {', '.join(self.classes)}: begin with --new-head.")
        return origin

    def _make_optimizer(self, parts):
        kind, decay = self.settings["optimizer"], self.settings["weightDecay"]
        if kind == "sgd":
            return torch.optim.SGD(parts, lr=1, momentum=self.settings["momentum"], weight_decay=decay)
        return (torch.optim.AdamW if kind == "adamw" else torch.optim.Adam)(parts, lr=1, weight_decay=decay)

    def _class_weights(self):
        if self.settings["classWeights"] != "balanced":
            return None
        counts = [sum(one.label == label for one in self.train) for label in range(len(self.classes))]
        return torch.tensor([len(self.train) / (len(counts) * count) for count in counts], device=self.device)

    def weigh(self, samples):
        return len(samples) if self.weights is None else sum(self.weights[one.label].item() for one in samples)

    # What goes in ---------------------------------------------------------------------------------------------------------------------

    def _pixels(self, samples, epoch):
        pixels = self.pictures.read(samples)
        if self.augmentation is not None and epoch is not None:
            seed = self.settings["seed"]
            pixels = [change_picture(own, self.augmentation, seed, epoch, one.id) for own, one in zip(pixels, samples)]
        return to_tensor(pixels, self.config, self.device)

    def _features(self, samples, epoch):
        """[n, 25088], without gradients. Of frozen convolutions they are rounded as on the page, and held unless chance changes them."""
        changes = self.augmentation is not None and epoch is not None
        keep = self.first is None and not changes
        missing = [one for one in samples if not (keep and one in self.held)]
        fresh = {}
        for start in range(0, len(missing), self.given.micro):
            part = missing[start : start + self.given.micro]
            with torch.no_grad():
                rows = self.model.features(self._pixels(part, epoch)).flatten(1)
            if self.first is None:
                halves = rows.half()
                rows = torch.where(halves.isfinite().all(1, keepdim=True), halves.float(), rows)
            fresh |= dict(zip(part, rows))
        if keep:
            for one, row in fresh.items():
                half = row.half()
                self.held[one] = (half if half.isfinite().all() else row).cpu()
        rows = [fresh[one] if one in fresh else self.held[one].to(self.device).float() for one in samples]
        return torch.stack(rows) if rows else torch.empty(0, self.model.classifier.in_features, device=self.device)

    def _inputs(self, samples, epoch, moves):
        if not moves:
            return self._features(samples, epoch)
        return self._pixels(samples, epoch) if samples else torch.empty(0, 3, 224, 224, device=self.device)

    def _shares(self, batch):
        """What each process takes of a batch. Held features stay where they were made; else every process takes the same number."""
        world = self.processes.world
        if self.first is None and self.augmentation is None:
            return [[one for one in batch if self.owner[one] == rank] for rank in range(world)]
        return [batch[rank::world] for rank in range(world)]

    # Training -------------------------------------------------------------------------------------------------------------------------

    def _learner(self, moves):
        """Rebuilt when the backbone begins to move: DistributedDataParallel takes stock of what trains when it is made."""
        for name, parameter in self.model.named_parameters():
            layer = int(name.split(".")[1]) if name.startswith("features.") else None
            parameter.requires_grad_(layer is None or (moves and layer >= self.first))
        learner = Learner(self.model, self.first if moves else None)
        if self.processes.world == 1:
            return learner
        ids = [self.device.index] if self.device.type == "cuda" else None
        return DistributedDataParallel(learner, device_ids=ids)

    def _losses(self, logits, labels, plain):
        options = {} if plain else {"weight": self.weights, "label_smoothing": self.settings["labelSmoothing"]}
        return F.cross_entropy(logits, labels, reduction="none", **options)

    def _labels(self, samples):
        return torch.tensor([one.label for one in samples], dtype=torch.long, device=self.device)

    def _update(self, learner, group, epoch, first_step, moves):
        """The batches of one update. Every process passes as many parts, empty ones too: they wait for each other."""
        self.optimizer.zero_grad(set_to_none=True)
        divisor = self.weigh([one for batch in group for one in batch])
        work = []
        for index, batch in enumerate(group):
            shares = self._shares(batch)
            parts = max(1, math.ceil(max(map(len, shares)) / self.given.micro))
            own = shares[self.processes.rank]
            work += [(index, own[part * self.given.micro : (part + 1) * self.given.micro]) for part in range(parts)]
        sums = [[0.0, 0.0] for _ in group]
        for place, (index, part) in enumerate(work):
            is_last = place == len(work) - 1
            waits = contextlib.nullcontext() if is_last or self.processes.world == 1 else learner.no_sync()
            with waits:
                logits = learner(self._inputs(part, epoch, moves))
                losses = self._losses(logits, self._labels(part), plain=False)
                # DistributedDataParallel takes the mean over processes of what is here each one's share of a sum.
                (losses.sum() / divisor * self.processes.world).backward()
            sums[index][0] += losses.detach().double().sum().item()
            sums[index][1] += (logits.argmax(1) == self._labels(part)).sum().item()
        totals = self.processes.sum(*(value for pair in sums for value in pair))
        for index, batch in enumerate(group):
            loss, right = totals[2 * index] / self.weigh(batch), totals[2 * index + 1]
            if not math.isfinite(loss):
                raise SystemExit(f"The loss is no number at epoch {epoch}, step {first_step + index}. Take a smaller learning rate.")
            record = {"epoch": epoch, "step": first_step + index, "batchSize": len(batch)}
            self.steps.append(record | {"trainLoss": loss, "trainAccuracy": right / len(batch)})
        moving = [one for one in self.model.parameters() if one.grad is not None]
        clip = self.settings["gradientClip"]
        norm = nn.utils.clip_grad_norm_(moving, clip if clip is not None else math.inf)
        if not torch.isfinite(norm):
            raise SystemExit(f"A gradient is no number at epoch {epoch}, step {first_step}. Take a smaller learning rate.")
        self._set_rates(epoch, first_step)
        self.optimizer.step()

    def _set_rates(self, epoch, step):
        accumulate, epochs = self.settings["accumulate"], self.settings["epochs"]
        an_epoch = math.ceil(math.ceil(len(self.train) / self.settings["batchSize"]) / accumulate)
        done = (epoch * an_epoch + step // accumulate) / (epochs * an_epoch)
        factor = (1 + math.cos(math.pi * done)) / 2 if self.settings["schedule"] == "cosine" else 1
        for part in self.optimizer.param_groups:
            part["lr"] = factor * self.settings["learningRate" if part["name"] == "head" else "backboneLearningRate"]

    def measure(self, samples):
        """Mean plain cross-entropy and accuracy over all of them; each process takes its own."""
        own = [one for one in samples if self.owner[one] == self.processes.rank]
        loss = right = 0.0
        with torch.no_grad():
            for start in range(0, len(own), self.given.micro):
                part = own[start : start + self.given.micro]
                logits = self.model.classify(self._features(part, None))
                loss += self._losses(logits, self._labels(part), plain=True).double().sum().item()
                right += (logits.argmax(1) == self._labels(part)).sum().item()
        loss, right = self.processes.sum(loss, right)
        return loss / len(samples), right / len(samples)

    def run(self):
        settings, patience = self.settings, self.settings["earlyStopping"]
        say = self.processes.say
        say(f"{len(self.train)} to train, {len(self.val)} to validate, {len(self.test)} to test; {settings['way']}, {self.processes.world} process(es) on {self.device.type}")
        learner, moved = None, None
        for epoch in range(self.begin, settings["epochs"]):
            if self.best is not None and patience is not None and epoch - 1 - self.best["epoch"] >= patience:
                say(f"No lower validation loss for {patience} epochs.")
                break
            started = time.perf_counter()
            moves = self.first is not None and epoch >= settings["headWarmupEpochs"]
            if moves != moved:
                learner, moved = self._learner(moves), moves
            order = order_of_epoch(self.train, settings["seed"], epoch)
            size, accumulate = settings["batchSize"], settings["accumulate"]
            batches = [order[start : start + size] for start in range(0, len(order), size)]
            before = len(self.steps)
            for start in range(0, len(batches), accumulate):
                self._update(learner, batches[start : start + accumulate], epoch, start, moves)
            steps = self.steps[before:]
            weights = [self.weigh(batch) for batch in batches]
            loss, accuracy = self.measure(self.val)
            record = {
                "epoch": epoch,
                "trainLoss": sum(one["trainLoss"] * weight for one, weight in zip(steps, weights)) / sum(weights),
                "trainAccuracy": sum(one["trainAccuracy"] * one["batchSize"] for one in steps) / len(order),
                "valLoss": loss,
                "valAccuracy": accuracy,
                "seconds": time.perf_counter() - started,
            }
            self.epochs.append(record)
            if patience is not None and (self.best is None or loss < self.best["valLoss"]):
                self.best = {"epoch": epoch, "valLoss": loss}
                self.best_tensors = {name: tensor.detach().cpu().clone() for name, tensor in self.model.state_dict().items()}
            self.save(epoch)
            say(
                f"epoch {epoch + 1} of {settings['epochs']}: train loss {record['trainLoss']:.4f}, accuracy {record['trainAccuracy']:.4f}; "
                f"validation loss {loss:.4f}, accuracy {accuracy:.4f}; {record['seconds']:.1f} s"
            )
        if self.best_tensors is not None:
            self.model.load_state_dict(self.best_tensors)
        if self.test:
            say(f"Test accuracy {self.measure(self.test)[1]:.4f} on {len(self.test)} pictures")
        say(f"Written to {self.given.out}")
        self.processes.end()

    # What comes out -------------------------------------------------------------------------------------------------------------------

    def save(self, epoch):
        """Whole or not at all: each file is written beside its place and moved there."""
        if self.processes.rank != 0:
            return
        out = Path(self.given.out)
        out.mkdir(parents=True, exist_ok=True)
        tensors = self.best_tensors or {name: tensor.detach().cpu() for name, tensor in self.model.state_dict().items()}
        tensors = {name: tensor.contiguous() for name, tensor in tensors.items()}
        config = self._describe(tensors)
        put(out / "model.safetensors", lambda path: save_file(tensors, path, {"format": "pt", "headstart": json.dumps(config)}))
        put(out / "config.json", lambda path: path.write_text(json.dumps(config, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"))
        history = {"format": "headstart-training", "version": 1, "processes": self.processes.world, "device": self.device.type}
        history |= {"steps": self.steps, "epochs": self.epochs, "bestEpoch": self.best and self.best["epoch"]}
        put(out / "history.json", lambda path: path.write_text(json.dumps(history, indent=1) + "\n", encoding="utf-8"))
        state = {"epoch": epoch + 1, "model": self.model.state_dict(), "optimizer": self.optimizer.state_dict(), "history": history}
        state |= {"best": self.best, "best_tensors": self.best_tensors}
        put(out / "state.pt", lambda path: torch.save(state, path))

    def _describe(self, tensors):
        """config.json as the page writes it, of these weights."""
        names = [f"features.{layer}.{part}" for layer in CONVOLUTIONS for part in ("weight", "bias")] + ["classifier.weight", "classifier.bias"]
        lines = "".join(f"{name} {hashlib.sha256(tensors[name].numpy().tobytes()).hexdigest()}\n" for name in names)
        counts = {"train": len(self.train), "val": len(self.val), "test": len(self.test)}
        run = {
            "id": f"{self.started} train.py",
            "number": self.config["run"]["number"],
            "startedAt": self.started,
            "device": "pytorch",
            "adapter": torch.cuda.get_device_name(self.device) if self.device.type == "cuda" else None,
            "computePlan": f"pytorch {torch.__version__} {self.device.type} x {self.processes.world} float32",
            "counts": counts,
            "headline": None,
            "stoppedEarly": False,
            "bestEpoch": self.best and self.best["epoch"],
            # A new head stands on these convolutions, but goes on from no run's.
            "continues": None if self.given.new_head else self.origin["run"]["id"],
            "beganFrom": self.origin["fingerprint"],
        }
        settings = self.settings
        head = self.config["head"] | {"featureNorm": settings["featureNorm"]}
        described = {"classes": self.classes, "head": head, "precision": "float32", "way": settings["way"], "seed": settings["seed"]}
        fingerprint = hashlib.sha256(lines.encode()).hexdigest()
        return self.config | described | {"settings": settings, "run": run, "fingerprint": fingerprint}

    started = datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def _resume(self):
        state = torch.load(self.given.resume, map_location=self.device, weights_only=True)
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.begin, self.best, self.best_tensors = state["epoch"], state["best"], state["best_tensors"]
        self.steps, self.epochs = state["history"]["steps"], state["history"]["epochs"]


def put(path, write):
    beside = path.with_name(f".{path.name}.part")
    write(beside)
    os.replace(beside, path)


def parse(arguments=None):
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", required=True, metavar="DIR")
    options.add_argument("--out", default="trained", metavar="OUT")
    options.add_argument("--weights", default=str(HERE / "model.safetensors"), metavar="FILE", help="where to begin")
    options.add_argument("--new-head", action="store_true", help="a new classifier, for the classes of DIR")
    options.add_argument("--resume", metavar="OUT/state.pt", help="go on with a run that was stopped")
    options.add_argument("--device", choices=["cpu", "cuda"])
    options.add_argument("--micro", type=int, default=32, help="pictures that pass together in a process; fewer take less memory")
    options.add_argument("--threads", type=int, help="threads of the processor, a process")
    options.add_argument("--way", choices=["features", "frozen", "fine-tune"])
    options.add_argument("--unfreeze", help="block5, all, or the last N convolutions")
    options.add_argument("--optimizer", choices=["adam", "adamw", "sgd"])
    options.add_argument("--schedule", choices=["constant", "cosine"])
    options.add_argument("--class-weights", choices=["none", "balanced"])
    for name, kind in [("epochs", int), ("batch", int), ("accumulate", int), ("warmup", int), ("seed", int)]:
        options.add_argument(f"--{name}", type=kind)
    for name in ("lr", "backbone-lr", "weight-decay", "label-smoothing"):
        options.add_argument(f"--{name}", type=float)
    options.add_argument("--clip", help="largest norm of an update's gradients, or off")
    options.add_argument("--early-stopping", help="epochs without a lower validation loss, or off")
    return options.parse_args(arguments)


def settle(given, settings):
    """The run's own settings with what the options change."""
    names = {"way": "way", "optimizer": "optimizer", "schedule": "schedule", "class_weights": "classWeights", "epochs": "epochs"}
    names |= {"batch": "batchSize", "accumulate": "accumulate", "warmup": "headWarmupEpochs", "seed": "seed", "lr": "learningRate"}
    names |= {"backbone_lr": "backboneLearningRate", "weight_decay": "weightDecay", "label_smoothing": "labelSmoothing"}
    changed = {setting: getattr(given, name) for name, setting in names.items() if getattr(given, name) is not None}
    if given.unfreeze is not None:
        changed["unfreeze"] = given.unfreeze if given.unfreeze in ("block5", "all") else int(given.unfreeze)
    for name, setting, kind in [("clip", "gradientClip", float), ("early_stopping", "earlyStopping", int)]:
        text = getattr(given, name)
        if text is not None:
            changed[setting] = None if text == "off" else kind(text)
    settled = settings | changed | ({"preset": "custom"} if changed else {})
    if settled["way"] == "fine-tune" and settled["headWarmupEpochs"] >= settled["epochs"]:
        sys.exit("--warmup must be fewer epochs than --epochs, or the convolutions never move.")
    return settled


def main():
    given = parse()
    compute_exactly()
    if given.threads:
        torch.set_num_threads(given.threads)
    config = load_config(HERE)
    Run(given, config, settle(given, config["settings"])).run()


if __name__ == "__main__":
    main()
