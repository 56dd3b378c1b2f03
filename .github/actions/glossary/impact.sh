#!/usr/bin/env bash
# Says what the pull request's glossary does to the corpus, into a file for the comment.
#
# Expects GLOSSARY, CORPUS and OPTIONS (a word a line), BASE (a commit), and what the runner sets.
set -euo pipefail
cd "${GITHUB_WORKSPACE:?}"

# A shallow checkout lacks the commit that the pull request starts from.
if ! git cat-file -e "${BASE:?}^{commit}" 2>/dev/null; then
  git fetch --quiet --no-tags --depth=1 origin "$BASE"
fi
before=$RUNNER_TEMP/passerelle-base.csv
comment=$RUNNER_TEMP/passerelle-comment.md
words=(--name "$GLOSSARY" --markdown)
if git cat-file -e "$BASE:$GLOSSARY" 2>/dev/null; then
  git show "$BASE:$GLOSSARY" >"$before"
  words+=(--base "$before")
fi
if [ -f "$GLOSSARY" ]; then
  words+=(--head "$GLOSSARY")
fi
if [ -f "$before" ] && cmp -s "$before" "$GLOSSARY"; then
  echo "$GLOSSARY is as it was: nothing to say."
  exit 0
fi
mapfile -t more < <(grep -v '^[[:space:]]*$' <<<"$OPTIONS" || true)
mapfile -t places < <(grep -v '^[[:space:]]*$' <<<"$CORPUS" || true)
passerelle glossary impact "${words[@]}" "${more[@]}" -- "${places[@]}" >"$comment"
cat "$comment" >>"$GITHUB_STEP_SUMMARY"
echo "comment=$comment" >>"$GITHUB_OUTPUT"
