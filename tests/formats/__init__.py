"""Outside judges of the document formats: samples, the libraries that read them, laws."""
