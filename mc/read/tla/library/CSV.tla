---- MODULE CSV ----
\* Files are neither read nor written: a run says the same whatever is on the disk.
LOCAL INSTANCE TLC

LOCAL None(what) == Assert(FALSE, what)
CSVWrite(template, value, file) == None("CSVWrite writes a file, and mc writes none")
CSVWriteRecord(record, delimiter, headers, file) == None("CSVWriteRecord writes a file, and mc writes none")
CSVRead(columns, delimiter, file) == None("CSVRead reads a file, and mc reads none")
CSVRecords(file) == None("CSVRecords reads a file, and mc reads none")
====
