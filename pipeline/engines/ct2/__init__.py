"""Translation models that CTranslate2 runs: one core, and what each family was taught to be fed."""
