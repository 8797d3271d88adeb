#!/bin/sh
# Answers ssh(1) and ssh-keygen(1) on the machine that pushes: the question for the password of one host, for the passphrase of a key, and no other.
case $1 in
  "$MLBROUTE_ASKPASS_HOST's password: " | "($MLBROUTE_ASKPASS_HOST) "*[Pp]assword*) printf '%s\n' "$MLBROUTE_ASKPASS_ANSWER" ;;
  "Enter passphrase for key '"*)
    [ -n "$MLBROUTE_ASKPASS_SOCKET" ] || exit 1
    # The push itself asks a person: it knows who has answered already.
    exec "$MLBROUTE_ASKPASS_NODE" -e '
      const [, path, question] = process.argv;
      const socket = require("node:net").connect({ path, allowHalfOpen: true }, () => socket.end(question));
      let answer = "";
      socket.setEncoding("utf8").on("data", (text) => { answer += text; });
      socket.on("error", () => process.exit(1)).on("end", () => {
        if (answer === "") process.exit(1);
        process.stdout.write(answer + "\n");
      });' "$MLBROUTE_ASKPASS_SOCKET" "$1"
    ;;
  'Enter passphrase: ' | 'Enter passphrase for "'*)
    [ -n "$MLBROUTE_ASKPASS_PASSPHRASE" ] || exit 1
    printf '%s\n' "$MLBROUTE_ASKPASS_PASSPHRASE"
    ;;
  *) exit 1 ;;
esac
