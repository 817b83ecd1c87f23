---- MODULE IOUtils ----
\* Files are neither read nor written, and no variable of the environment is set: a run says the same everywhere.
LOCAL INSTANCE TLC
LOCAL INSTANCE Integers
LOCAL INSTANCE Sequences

LOCAL None(what) == Assert(FALSE, what)
IOSerialize(value, file, compress) == None("IOSerialize writes a file, and mc writes none")
IODeserialize(file, compressed) == None("IODeserialize reads a file, and mc reads none")
Serialize(value, file, options) == None("Serialize writes a file, and mc writes none")
Deserialize(file, options) == None("Deserialize reads a file, and mc reads none")
IOExec(command) == None("IOExec runs a program, and mc runs none")
IOEnvExec(env, command) == None("IOEnvExec runs a program, and mc runs none")
IOExecTemplate(command, parameters) == None("IOExecTemplate runs a program, and mc runs none")
IOEnvExecTemplate(env, command, parameters) == None("IOEnvExecTemplate runs a program, and mc runs none")
IOEnv == [name \in {} |-> ""]
atoi(text) == CHOOSE i \in -9999..99999 : ToString(i) = text
zeroPadN(n, width) ==
  LET RECURSIVE Padded(_)
      Padded(text) == IF Len(text) < width THEN Padded("0" \o text) ELSE text
  IN Padded(ToString(n))
====
