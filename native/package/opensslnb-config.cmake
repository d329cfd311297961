# find_package(opensslnb CONFIG) gives the target opensslnb::opensslnb. The folder may stand anywhere.
get_filename_component(_opensslnb_prefix "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)

if(NOT TARGET opensslnb::opensslnb)
  add_library(opensslnb::opensslnb SHARED IMPORTED)
  set_target_properties(opensslnb::opensslnb PROPERTIES
    IMPORTED_LOCATION "${_opensslnb_prefix}/lib/libopensslnb.so.@VERSION@"
    IMPORTED_SONAME "libopensslnb.so.@MAJOR@"
    INTERFACE_INCLUDE_DIRECTORIES "${_opensslnb_prefix}/include")
endif()

unset(_opensslnb_prefix)
