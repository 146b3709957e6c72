"""What the archive knows of one case, gathered for its dossier: facts and proofs, every text masked, no documents."""
