"""Cross-entropy with class weights and label smoothing by PyTorch -> src/engine/fixtures/losses.json. Run from the project's root."""
import json
import torch

torch.manual_seed(3)
logits = (torch.rand(7, 4, dtype=torch.float64) * 8 - 4).float()
labels = torch.tensor([0, 3, 1, 1, 2, 3, 0])
cases = []
for smoothing in (0.0, 0.1, 0.3):
    for weights in (None, [1.0, 1.0, 1.0, 1.0], [0.5, 2.0, 1.25, 0.1]):
        x = logits.clone().requires_grad_()
        loss = torch.nn.CrossEntropyLoss(
            weight=None if weights is None else torch.tensor(weights), label_smoothing=smoothing
        )(x, labels)
        loss.backward()
        cases.append({"smoothing": smoothing, "weights": weights, "loss": loss.item(), "gradient": x.grad.flatten().tolist()})
with open("src/engine/fixtures/losses.json", "w") as file:
    json.dump({"torch": torch.__version__, "logits": logits.flatten().tolist(), "labels": labels.tolist(), "cases": cases}, file, indent=1)
    file.write("\n")
