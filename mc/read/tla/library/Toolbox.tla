---- MODULE Toolbox ----
\* Of the TLA+ Toolbox.
====
