"""Optimiser steps, evaluation, early stopping, checkpoints, and the guards on the way."""
