# What a host gets at the first contact: a key of the operator, and leave to run programs of mlbroute as root without a password.
# The controller puts `token=…` before this text and a call of one of its functions after it. The last line of standard output is
# "$token given" or "$token there", or "$token failed WHY".
# shellcheck shell=sh
# shellcheck disable=SC2154  # token is set by the controller

say() { printf '%s %s\n' "$token" "$*"; }

# The words of a program on one line.
on_one_line() { tr '\n' ' ' | sed 's/  */ /g; s/ *$//'; }

# authorize_key LINE: the login user's authorized_keys has this public key. Whatever stands beside it stays.
authorize_key() {
  umask 077
  file=$HOME/.ssh/authorized_keys
  # Type and key, without the comment: with options before it, it is the host's own decision.
  blob=$(printf '%s\n' "$1" | { read -r type key _; printf '%s %s' "$type" "$key"; })
  if [ -e "$file" ] && grep -v '^[[:blank:]]*#' "$file" | grep -qF -e "$blob"; then
    say there
    return
  fi
  if ! problem=$({
    mkdir -p "$HOME/.ssh" &&
      # A last line without its end would swallow the key.
      { [ ! -s "$file" ] || [ -z "$(tail -c 1 "$file")" ] || echo >>"$file"; } &&
      printf '%s\n' "$1" >>"$file"
  } 2>&1); then
    say failed "$file cannot be written: $(printf '%s\n' "$problem" | on_one_line)"
    return
  fi
  # Where SELinux watches, sshd may read files of this label only.
  if command -v restorecon >/dev/null 2>&1; then restorecon -R "$HOME/.ssh" 2>/dev/null || true; fi
  say given
}

# What visudo has against the sudoers of this host, on one line; nothing where all is well.
sudoers_trouble() { visudo -c 2>&1 | grep -v ': parsed OK$' | on_one_line; }

# grant_sudo NAME TEXT: /etc/sudoers.d/NAME is this text. With an error there nobody may be root any more: so the text is checked by itself, and
# taken back where it brings trouble to the whole. What was wrong before is not its affair.
grant_sudo() {
  PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
  export PATH
  umask 077
  file=/etc/sudoers.d/$1
  if [ -f "$file" ] && [ "$(cat "$file")" = "$2" ]; then
    say there
    return
  fi
  command -v visudo >/dev/null 2>&1 || { say failed 'there is no visudo, which would check it'; return; }
  before=$(sudoers_trouble)
  # sudo passes over names with a dot.
  new=/etc/sudoers.d/.$1.new old=/etc/sudoers.d/.$1.old
  if ! problem=$({ mkdir -p /etc/sudoers.d && printf '%s\n' "$2" >"$new" && chmod 0440 "$new"; } 2>&1) ||
    ! problem=$(visudo -c -f "$new" 2>&1); then
    rm -f "$new"
    say failed "$file was not written: $(printf '%s\n' "$problem" | on_one_line)"
    return
  fi
  rm -f "$old"
  [ ! -e "$file" ] || ln "$file" "$old"
  mv -f "$new" "$file"
  after=$(sudoers_trouble)
  if [ "$after" = "$before" ]; then
    rm -f "$old"
    say given
    return
  fi
  if [ -e "$old" ]; then mv -f "$old" "$file"; else rm -f "$file"; fi
  say failed "$file was taken back: $after"
}
