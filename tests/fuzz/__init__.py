"""Fuzzing: whatever a file or a device holds, its reader returns or says in one sentence why not.

Each target feeds one reader with mutants of the few small inputs in ``corpus/``; atheris keeps those that reach new
code of edgeunet and goes on from them. The target ``compiled`` builds the C of every model that is accepted, under
AddressSanitizer and UndefinedBehaviorSanitizer, and compares its outputs with LiteRT's. Findings lie in ``out/fuzz``.
"""
