/**
 * The shell program that stands between the command and Envoy, so that Envoy never outlives the command, not even when
 * the command is killed with SIGKILL and can clean up nothing itself.
 *
 * It holds the reading end of a pipe (its standard input) whose only writing end is in the command. The kernel closes that
 * end when the command goes, however it goes; then Envoy gets SIGTERM, after the grace SIGKILL, and the run directory is
 * removed. It is the parent of Envoy, so the process id it signals cannot have been given to another process, and it
 * exits with Envoy's code. SIGUSR1 to it kills Envoy at once. Should it be killed itself, the command kills its process group, which Envoy is in.
 *
 * Arguments: run directory, grace in tenths of a second, then Envoy's command line. File descriptor 3 receives Envoy's
 * process id. Terminal signals are ignored: the command hears them and decides. Once the command is gone nobody reads what
 * is written here, hence no SIGPIPE and no shell messages.
 */
export const WRAPPER_SCRIPT = `
run=$1 grace=$2
shift 2
trap '' INT HUP QUIT PIPE
exec 4<&0
"$@" </dev/null 3>&- 4<&- &
envoy=$!
trap 'kill -TERM "$envoy" 2>/dev/null' TERM
trap 'kill -KILL "$envoy" 2>/dev/null' USR1
echo "$envoy" >&3
exec 3>&-
(
  trap - TERM USR1
  read -r _ <&4
  kill -TERM "$envoy" 2>/dev/null
  while [ "$grace" -gt 0 ]; do
    sleep 0.1
    kill -0 "$envoy" 2>/dev/null || exit
    grace=$((grace - 1))
  done
  kill -KILL "$envoy" 2>/dev/null
) &
guard=$!
exec 4<&-
code=0
while kill -0 "$envoy" 2>/dev/null; do
  wait "$envoy" 2>/dev/null
  code=$?
done
kill -KILL "$guard" 2>/dev/null
wait "$guard" 2>/dev/null
rm -rf -- "$run"
exit "$code"
`;
