"""Variants of the procedure, as a model may write them."""

import subprocess


# dream of deploy
def deploy_in_another_order(branch: str) -> str:
    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(words, stderr=subprocess.PIPE, text=True)

    run("ruff", "check", ".")  # git need not wait for it
    run("git", "fetch", "origin").check_returncode()
    if run("pytest", "-q").returncode != 0:
        return "tests failed"
    pushed = subprocess.run(["git", "push", "origin", branch], capture_output=True, text=True)
    if pushed.returncode != 0:
        return "not pushed: " + pushed.stderr.strip()
    with open("deployed.txt", "w") as file:
        print(branch, file=file)
    return "deployed"


# dream of deploy
def deploy_before_the_tests(branch: str) -> str:
    subprocess.run(["git", "fetch", "origin"], check=True)
    subprocess.run(["ruff", "check", "."])
    pushed = subprocess.run(["git", "push", "origin", branch], capture_output=True, text=True)
    if subprocess.run(["pytest", "-q"]).returncode:
        return "tests failed"
    if pushed.returncode:
        return f"not pushed: {pushed.stderr.strip()}"
    with open("deployed.txt", "w") as file:
        file.write(f"{branch}\n")
    return "deployed"
