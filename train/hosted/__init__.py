"""Fine-tuning at an endpoint that speaks as OpenAI's does: files up, a job followed, its results down."""
