---- MODULE Json ----
\* Files are neither read nor written: a run says the same whatever is on the disk.
LOCAL INSTANCE TLC

LOCAL None(what) == Assert(FALSE, what)
ToJson(value) == None("ToJson is not computed here")
ToJsonArray(value) == None("ToJsonArray is not computed here")
ToJsonObject(value) == None("ToJsonObject is not computed here")
JsonSerialize(file, value) == None("JsonSerialize writes a file, and mc writes none")
JsonDeserialize(file) == None("JsonDeserialize reads a file, and mc reads none")
ndJsonSerialize(file, value) == None("ndJsonSerialize writes a file, and mc writes none")
ndJsonDeserialize(file) == None("ndJsonDeserialize reads a file, and mc reads none")
====
