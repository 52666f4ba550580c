"""The model of cycles against published boards: images run in Unicorn, their cycles beside the published medians."""
