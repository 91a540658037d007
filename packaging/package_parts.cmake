# Read by cpack before each package: which parts of the installation are in it.
if(CPACK_GENERATOR STREQUAL DEB)
  set(CPACK_COMPONENTS_ALL command debian)
elseif(CPACK_GENERATOR STREQUAL RPM)
  set(CPACK_COMPONENTS_ALL command rpm)
endif()
