# What `cpack -G DEB` and `cpack -G RPM` make of a build: the command, what its shells and `man` need,
# and what each system asks of a package. A plain `cmake --install` is not changed by any of it:
#
#   command                            in both packages and in a plain installation
#   plain                              what the packages have elsewhere, or compressed
#   debian, rpm                        in that package alone
#   development                        in a plain installation alone
#
# Reproducible with SOURCE_DATE_EPOCH.

set(XGET_PACKAGER "The xget authors <xget@xget.invalid>" CACHE STRING
  "Who answers for a package, as Name <address>")

# Tells each generator its parts, which only it knows when it runs.
set(CPACK_PROJECT_CONFIG_FILE ${CMAKE_CURRENT_LIST_DIR}/package_parts.cmake)

set(CPACK_PACKAGE_NAME xget)
set(CPACK_PACKAGE_VENDOR "The xget authors")
set(CPACK_PACKAGE_CONTACT ${XGET_PACKAGER})
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "download manager for files that must be whole and right")
set(CPACK_PACKAGE_DESCRIPTION
"xget fetches a file in ranges, over several connections and from several
mirrors, keeps what arrived safe on the disk, and goes on from there after a
dropped line, a kill or a power cut. It never joins two versions of a file: a
file under its final name is whole, and xget says on what that rests.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGE_RELOCATABLE OFF)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)

# ---- Debian ---------------------------------------------------------------------------------

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS ca-certificates)

# ---- RPM ------------------------------------------------------------------------------------

set(CPACK_RPM_COMPONENT_INSTALL ON)
set(CPACK_RPM_FILE_NAME RPM-DEFAULT)
set(CPACK_RPM_PACKAGE_RELEASE 1)
set(CPACK_RPM_PACKAGE_LICENSE MIT)
set(CPACK_RPM_PACKAGE_GROUP Applications/Internet)
set(CPACK_RPM_PACKAGE_SUMMARY "Download manager for files that must be whole and right")
set(CPACK_RPM_PACKAGE_DESCRIPTION ${CPACK_PACKAGE_DESCRIPTION})
# The command has no debug symbols that a build-id could lead to. The rest is for the same bytes at
# each build.
set(CPACK_RPM_SPEC_MORE_DEFINE
"%define _build_id_links none
%define packager ${XGET_PACKAGER}
%define _buildhost reproducible
%define use_source_date_epoch_as_buildtime 1
%define clamp_mtime_to_source_date_epoch 1")
set(CPACK_RPM_CHANGELOG_FILE ${CMAKE_CURRENT_BINARY_DIR}/package/changelog.rpm)
# Folders of the system, of which the package owns none.
set(CPACK_RPM_EXCLUDE_FROM_AUTO_FILELIST_ADDITION
  /usr/share/man /usr/share/man/man1 /usr/share/licenses
  /usr/share/bash-completion /usr/share/bash-completion/completions
  /usr/lib/systemd /usr/lib/systemd/user
  /usr/share/zsh /usr/share/zsh/site-functions /usr/share/fish /usr/share/fish/vendor_completions.d)

# ---- what only a package has ----------------------------------------------------------------

string(TIMESTAMP XGET_DEBIAN_DATE "%a, %d %b %Y %H:%M:%S +0000" UTC)
string(TIMESTAMP XGET_RPM_DATE "%a %b %d %Y" UTC)
foreach(system debian rpm)
  configure_file(${CMAKE_CURRENT_LIST_DIR}/${system}/changelog.in package/changelog.${system} @ONLY)
endforeach()

# xget_compress(SOURCE OUTPUT): without the time, which would differ each time.
function(xget_compress source output)
  add_custom_command(OUTPUT ${output} COMMAND ${XGET_GZIP} -9nc ${source} > ${output}
    DEPENDS ${source} VERBATIM)
endfunction()

# A package without its manual would be none: no scdoc, no cpack.
find_program(XGET_GZIP gzip)
if(XGET_GZIP AND XGET_SCDOC)
  set(package ${CMAKE_CURRENT_BINARY_DIR}/package)
  xget_compress(${package}/changelog.debian ${package}/changelog.Debian.gz)
  xget_compress(${CMAKE_CURRENT_LIST_DIR}/CHANGELOG.md ${package}/changelog.gz)
  xget_compress(${CMAKE_CURRENT_BINARY_DIR}/completions/xget.1 ${package}/xget.1.gz)
  add_custom_target(package_files ALL
    DEPENDS ${package}/changelog.Debian.gz ${package}/changelog.gz ${package}/xget.1.gz)
  add_dependencies(package_files manual)
  foreach(system debian rpm)
    install(FILES ${package}/xget.1.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man1
      COMPONENT ${system} EXCLUDE_FROM_ALL)
  endforeach()
  install(FILES ${package}/changelog.Debian.gz ${package}/changelog.gz
    ${CMAKE_CURRENT_LIST_DIR}/debian/copyright
    DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/xget COMPONENT debian EXCLUDE_FROM_ALL)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/completions/xget.zsh RENAME _xget
    DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions COMPONENT debian EXCLUDE_FROM_ALL)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/completions/xget.zsh RENAME _xget
    DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions COMPONENT rpm EXCLUDE_FROM_ALL)
  install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/licenses/xget
    COMPONENT rpm EXCLUDE_FROM_ALL)
  install(FILES packaging/CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/xget
    COMPONENT rpm EXCLUDE_FROM_ALL)
  include(CPack)
endif()
