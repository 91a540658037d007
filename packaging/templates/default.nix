# Nix: a template, not tried. From the tree: nix-build packaging/templates
{ pkgs ? import <nixpkgs> { } }:
pkgs.stdenv.mkDerivation {
  pname = "xget";
  version = "0.1.0";
  src = pkgs.lib.cleanSource ../..;

  nativeBuildInputs = with pkgs; [ cmake ninja pkg-config scdoc ];
  buildInputs = with pkgs; [
    c-ares cli11 curl expat libidn2 nlohmann_json openssl spdlog tl-expected tomlplusplus xxHash
  ];

  meta = {
    description = "Download manager for files that must be whole and right";
    license = pkgs.lib.licenses.mit;
    platforms = pkgs.lib.platforms.linux;
    mainProgram = "xget";
  };
}
