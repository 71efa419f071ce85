"""The notebooks as scripts in jupytext's percent format, one for each study."""
