"""DMN models: decision tables and the graph they form, read from XML, evaluated by DMN's own semantics."""
