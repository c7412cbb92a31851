"""A run that was stopped goes on as if it had not been; what was whole stays whole."""

from __future__ import annotations

import os
import signal

import pytest

from tests.train.models.conftest import examples

torch = pytest.importorskip("torch", reason="torch is not installed: make models")
pytest.importorskip("peft", reason="peft is not installed: make models")


@pytest.mark.parametrize("where", [1, 4, 7])
def test_a_run_that_goes_on_has_the_losses_and_weights_of_one_that_was_never_stopped(loop, tmp_path, where):
    """Oracle: the uninterrupted run, to the last bit, dropout and an early best step among it."""
    changes = {"adapter__dropout": 0.2, "evaluation__every": 2, "training__packing": "grouped"}
    changes["validation"] = examples(4, seed=5)
    whole = loop(out=tmp_path / "whole", **changes)
    ended = whole.run()

    first = loop(**changes)
    first.tell = lambda state: os.kill(os.getpid(), signal.SIGINT) if state.step == where else None
    with pytest.raises(KeyboardInterrupt):
        first.run()
    second = loop(**changes)
    assert second.resume() == where

    assert second.run() == ended
    assert second.state == whole.state
    for name, weight in whole.trained.items():
        assert torch.equal(weight, second.trained[name]), name


def test_the_best_weights_are_kept_and_not_the_last(loop):
    """Oracle: the validation loss of the model after the run, against the lowest in the log."""
    from train.loop.loss import summed_loss

    validation = examples(6, seed=5)
    made = loop(training__learning_rate=0.05, training__epochs=6, evaluation__every=1, evaluation__patience=4,
                validation=validation)  # fmt: skip
    ended = made.run()

    losses = {line["step"]: line["eval_loss"] for line in made.state.lines if line["step"]}
    assert ended.reason == "early_stopping"
    assert losses[made.state.best] == min(losses.values()) < losses[ended.step]
    total, count = summed_loss(made.model, validation, [[[at]] for at in range(6)], packed=False, place=made.place)
    assert total / count == pytest.approx(min(losses.values()), abs=1e-4)


def test_a_checkpoint_of_another_run_is_refused(loop):
    from curate.core.run.errors import InputError

    first = loop(evaluation__every=1)
    first.run()
    other = loop()
    other.checkpoints._identity = {"seed": 2}

    with pytest.raises(InputError, match="seed was 1, is 2"):
        other.resume()


def test_a_checkpoint_that_does_not_fit_on_the_disk_leaves_the_one_before(loop, monkeypatch):
    """Oracle: the operating system's own limit on the size of a file."""
    import resource

    from curate.core.run.errors import OutputError

    made = loop(evaluation__every=2)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill(state):
        if state.step == 3:
            resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))

    made.tell = fill
    try:
        with pytest.raises(OutputError, match="the disk is full"):
            made.run()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)

    assert [one.name for one in made.checkpoints.path.iterdir()] == ["step-00000002"]
    again = loop(evaluation__every=2)
    assert again.resume() == 2
