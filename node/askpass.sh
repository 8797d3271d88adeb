#!/bin/sh
# Answers ssh(1) on the machine that pushes: the question for the password of one host, and no other question.
case $1 in
  "$MLBROUTE_ASKPASS_HOST's password: " | "($MLBROUTE_ASKPASS_HOST) "*[Pp]assword*) printf '%s\n' "$MLBROUTE_ASKPASS_ANSWER" ;;
  *) exit 1 ;;
esac
